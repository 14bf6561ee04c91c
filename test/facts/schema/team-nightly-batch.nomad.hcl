job "nightly-report" {
  type = "batch"
  periodic {
    crons            = ["30 2 * * *"]
    time_zone        = "Europe/Berlin"
    prohibit_overlap = true
  }
  group "report" {
    restart {
      attempts = 1
      mode     = "fail"
    }
    reschedule {
      attempts  = 2
      interval  = "6h"
      unlimited = false
    }
    ephemeral_disk {
      size = 2000
    }
    task "fetch" {
      driver = "exec"
      lifecycle {
        hook = "prestart"
      }
      artifact {
        source      = "https://example.com/tools/report.tar.gz"
        destination = "local/tools"
      }
      config {
        command = "local/tools/fetch"
      }
    }
    task "report" {
      driver = "java"
      config {
        jar_path    = "local/report.jar"
        jvm_options = ["-Xmx512m"]
      }
      artifact {
        source = "https://example.com/report.jar"
      }
      resources {
        cpu    = 1000
        memory = 768
      }
    }
  }
}
