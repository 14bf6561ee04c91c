a=-1
b = - 1
c=!d
e=a-b- -c
f=(-a)*(-b)/c%d
g=a==b&&c!=d||e<f&&g<=h||i>j&&k>=l
h=a?-b:c
i=a ? b:-c
j=[-1,- 2,! true]
k=x[-1]
l=a . b [ 0 ] . c
m=a.*.b[*].c
n=[for x in [1,2]:x if x>0]
o={for k,v in {a=1}:k=>v... if v!=null}
p=f(a,b...)
q=provider::name(1)
r="${a+b}${ {c=1} }%{if a~}x%{else}y%{endif}"
s="${~a~}"
t=1.5e3+0.1
u=(a
+b)
v=a.0.b
w=[]
x=[ ]
y={}
z={ }
