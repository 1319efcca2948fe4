INDEX = "/index"
