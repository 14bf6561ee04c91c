job "secrets" {
  secret "job_level" {
    provider = "nomad"
    path     = "nomad/jobs/x"
  }
  group "g" {
    secret "group_level" {
      provider = "nomad"
      path     = "group/path"
      config {
        namespace = "default"
      }
    }
    task "none" {
      driver = "exec"
    }
  }
  group "h" {
    task "own" {
      driver = "exec"
      secret "task_level" {
        provider = "plugged"
        path     = "p"
        env {
          A = "b"
        }
      }
    }
  }
}
