package mocksf

var discoveryRoutes []route
