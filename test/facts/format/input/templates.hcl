a=<<EOT
  kept   as   is   ${ a+b }
	tab ${f( x,y )} %{ for   x in xs ~}  ${x}  %{ endfor }
EOT
bcd = 1
b {
c=<<-EOT
      text = "unchanged"
    EOT
    d=1
}
e = [<<ONE
first
ONE
,<<TWO
second
TWO
]
f = "a   b\tc  $${not}   %%{this}"
g = "${
  f(
x,
    y)
}"
