package schema

var groupCodes []CodeInfo
