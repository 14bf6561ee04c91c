job "group-all" {
  group "web" {
    count          = 3
    shutdown_delay = "7s"
    constraint {
      operator = "distinct_hosts"
      value    = "true"
    }
    constraint {
      distinct_property = "${meta.rack}"
      value             = "2"
    }
    affinity {
      attribute = "${meta.ssd}"
      operator  = "="
      value     = "true"
    }
    spread {
      attribute = "${meta.rack}"
    }
    restart {
      attempts         = 5
      interval         = "10m"
      delay            = "20s"
      mode             = "delay"
      render_templates = true
    }
    disconnect {
      lost_after = "6h"
      replace    = false
      reconcile  = "keep_original"
    }
    reschedule {
      delay     = "15s"
      max_delay = "30m"
    }
    ephemeral_disk {
      size    = 500
      sticky  = true
      migrate = true
    }
    update {
      max_parallel = 2
      canary       = 1
    }
    migrate {
      max_parallel = 2
    }
    meta {
      a = "b"
    }
    consul {
      namespace = "default"
    }
    task "server" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
    }
  }
  group "second" {
    task "other" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
    }
  }
}
