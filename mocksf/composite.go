package mocksf

var compositeRoutes []route
