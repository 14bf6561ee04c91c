job "reschedule-batch" {
  type = "batch"
  group "off" {
    reschedule {
      attempts  = 0
      unlimited = false
    }
    task "t" {
      driver = "exec"
    }
  }
  group "more" {
    reschedule {
      attempts = 5
    }
    task "t" {
      driver = "exec"
    }
  }
}
