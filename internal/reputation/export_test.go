package reputation

// ShortenerData is the list as it stands in the program.
var ShortenerData = shortenerData
