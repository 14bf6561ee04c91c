job "kind" {
  group "g" {
    task "t" {
      driver = "exec"
      kind   = "something:else"
    }
  }
}
