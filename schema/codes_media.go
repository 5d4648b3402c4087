package schema

var mediaCodes []CodeInfo
