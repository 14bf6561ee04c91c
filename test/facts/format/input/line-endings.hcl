a=1
bcd = 2 # x


b {
c=<<EOT
  x
  EOT
}
