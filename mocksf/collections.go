package mocksf

var collectionRoutes []route
