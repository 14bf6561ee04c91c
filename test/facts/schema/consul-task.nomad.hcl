job "consul-task" {
  group "g" {
    consul {
      cluster   = "default"
      namespace = "a"
      partition = "p"
    }
    task "t" {
      driver = "exec"
      consul {
        namespace = "b"
        partition = "p"
      }
    }
  }
}
