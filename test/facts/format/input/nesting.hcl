a = [{
x=1
yy = 2
},{
z=3
}]
b = f([
1,
2
],{
c=3})
d = { e = { f = 1
g = 2 } }
h = [[[
1
]]]
i = {
  "quoted key" : 1,
  bare=2
  (computed)    = 3
}
j {
k {
l { m=1 }
}
}
n {
  o {
p = 1
      }
}
