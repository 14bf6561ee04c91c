job "service-all" {
  group "web" {
    network {
      mode = "bridge"
      port "http" {}
    }
    service {
      name                = "web-${TASKGROUP}"
      port                = "http"
      address_mode        = "host"
      provider            = "consul"
      cluster             = "default"
      tags                = ["a", "b"]
      canary_tags         = ["canary"]
      enable_tag_override = true
      on_update           = "ignore_warnings"
      kind                = "api-gateway"
      task                = "server"
      meta {
        m = "1"
      }
      canary_meta {
        c = "2"
      }
      tagged_addresses {
        wan = "203.0.113.5"
      }
      weights {
        passing = 5
        warning = 2
      }
      identity {
        aud  = ["consul.io"]
        ttl  = "1h"
      }
      check_restart {
        limit           = 3
        grace           = "90s"
        ignore_warnings = true
      }
      check {
        name                     = "alive"
        type                     = "http"
        path                     = "/health"
        method                   = "POST"
        body                     = "{}"
        protocol                 = "https"
        port                     = "http"
        interval                 = "10s"
        timeout                  = "2s"
        initial_status           = "passing"
        address_mode             = "alloc"
        tls_server_name          = "web"
        tls_skip_verify          = true
        success_before_passing   = 2
        failures_before_critical = 3
        failures_before_warning  = 1
        notes                    = "for people"
        header {
          Authorization = ["Basic x"]
          X-Two         = ["1", "2"]
        }
      }
      check {
        type     = "script"
        task     = "server"
        command  = "/bin/check"
        args     = ["-v"]
        interval = "30s"
        timeout  = "5s"
        check_restart {
          limit           = 7
          ignore_warnings = true
        }
      }
      check {
        type         = "grpc"
        grpc_service = "health"
        grpc_use_tls = true
        interval     = "10s"
        timeout      = "2s"
      }
    }
    service {
      port = "http"
    }
    service {
      name    = "outside"
      port    = "http"
      address = "203.0.113.9"
    }
    task "server" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
    }
  }
  group "native" {
    network {
      port "db" {}
    }
    task "db" {
      driver = "exec"
      config {
        command = "/bin/true"
      }
      service {
        provider = "nomad"
        port     = "db"
        tags     = ["${BASE}"]
        check {
          type     = "tcp"
          interval = "10s"
          timeout  = "2s"
          check_restart {
            limit = 2
          }
        }
      }
      service {
        name         = "${JOB}-driver"
        provider     = "nomad"
        port         = "db"
        on_update    = "ignore"
      }
    }
  }
}
