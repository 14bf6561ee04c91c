/* a
     block
  comment */
a=1 # one
// alone
bcd=22222 // two
    # indented alone
x { # at the brace
# inside
  e=1   /* inline */
  ff=2 /* inline */ # and at the end
} # after
y = [ # in a list
1, # one
22,# two
      # last
]
z = f( /* nothing */ )
last=1 # no line break after this
