package schema

var templateCodes []CodeInfo
