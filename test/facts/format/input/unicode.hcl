

  
a = "üö" # umlauts
b = "é" # combining
c = "日本" # wide
def = "👩‍👩‍👧" # joined


क = "x" # a
ab = "क्ष" # b
abc = "ক্‍ষ்க" # c

