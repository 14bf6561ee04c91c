job "node-exporter" {
  type     = "system"
  priority = 90
  update {
    max_parallel = 2
    stagger      = "20s"
  }
  group "exporter" {
    network {
      mode = "host"
      port "metrics" {
        static = 9100
      }
    }
    service {
      name = "node-exporter"
      port = "metrics"
      tags = ["metrics"]
      check {
        type     = "tcp"
        interval = "15s"
        timeout  = "3s"
      }
    }
    task "exporter" {
      driver = "docker"
      config {
        image        = "prom/node-exporter:v1.7.0"
        network_mode = "host"
        pid_mode     = "host"
        volumes      = ["/:/host:ro,rslave"]
        args         = ["--path.rootfs=/host", "--web.listen-address=:${NOMAD_PORT_metrics}"]
      }
      resources {
        cpu    = 50
        memory = 50
      }
    }
  }
}
