

  
a = "üö" # umlauts
b = "é" # combining
c = "日本" # wide
def = "👩‍👩‍👧" # joined


