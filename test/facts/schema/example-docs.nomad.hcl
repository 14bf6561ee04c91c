# A container that answers on port 5678 of its node.
#
#   orch job run docs.nomad.hcl
#   curl http://127.0.0.1:5678/

variable "image" {
  type        = string
  default     = "orch-example/echo:1"
  description = "An image with a program `http-echo`."
}

job "docs" {
  group "example" {
    network {
      port "http" {
        static = 5678
      }
    }

    task "server" {
      driver = "docker"

      config {
        image = var.image
        ports = ["http"]
        args  = ["-listen", ":5678", "-text", "hello from ${NOMAD_JOB_NAME}"]
      }

      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
