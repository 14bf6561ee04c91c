job "job-task" {
  type = "batch"
  task "alone" {
    driver = "exec"
    config {
      command = "/bin/true"
    }
  }
  group "declared" {
    task "t" {
      driver = "exec"
    }
  }
}
