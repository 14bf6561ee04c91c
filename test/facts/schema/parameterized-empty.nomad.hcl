job "parameterized-empty" {
  type = "batch"
  parameterized {}
  group "g" {
    task "t" {
      driver = "exec"
    }
  }
}
