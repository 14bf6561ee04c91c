job "update-zero" {
  group "g" {
    update {
      max_parallel      = 0
      progress_deadline = "0s"
    }
    task "t" {
      driver = "exec"
    }
  }
}
