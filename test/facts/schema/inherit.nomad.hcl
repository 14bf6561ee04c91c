job "inherit" {
  update {
    max_parallel = 3
    stagger      = "1m"
  }
  reschedule {
    delay = "1m"
  }
  migrate {
    max_parallel = 4
  }
  group "own" {
    update {
      max_parallel = 2
    }
    reschedule {
      max_delay = "2h"
    }
    migrate {
      health_check = "task_states"
    }
    restart {
      attempts = 7
      mode     = "delay"
    }
    task "t" {
      driver = "exec"
      restart {
        attempts = 9
      }
    }
  }
  group "taken" {
    task "t" {
      driver = "exec"
    }
  }
}
