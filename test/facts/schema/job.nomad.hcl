job "job-all" {
  id          = "job-all-id"
  name        = "shown"
  region      = "global"
  namespace   = "default"
  type        = "service"
  priority    = 70
  all_at_once = true
  datacenters = ["dc1", "dc*"]
  node_pool   = "default"

  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }
  affinity {
    attribute = "${node.datacenter}"
    value     = "dc1"
    weight    = -20
  }
  spread {
    attribute = "${node.datacenter}"
    weight    = 80
    target "dc1" {
      percent = 60
    }
    target "dc2" {
      percent = 40
    }
  }
  update {
    max_parallel      = 2
    canary            = 1
    health_check      = "task_states"
    min_healthy_time  = "5s"
    healthy_deadline  = "2m"
    progress_deadline = "3m"
    auto_revert       = true
    auto_promote      = true
    stagger           = "10s"
  }
  reschedule {
    attempts       = 3
    interval       = "1h"
    delay          = "10s"
    delay_function = "fibonacci"
    max_delay      = "10m"
    unlimited      = false
  }
  migrate {
    max_parallel     = 2
    health_check     = "task_states"
    min_healthy_time = "3s"
    healthy_deadline = "1m"
  }
  meta {
    owner = "team-a"
  }
  ui {
    description = "What it is"
    link {
      label = "docs"
      url   = "https://example.com"
    }
  }
  group "g" {
    count = 2
    task "t" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
    }
  }
}
