# A web service, as somebody in a hurry wrote it.
variable "image" {
    type="string"
  default = "registry.example/web:1"  # the usual one
      description   = "What to run."
}
locals { port=8080 }


job "web" {
datacenters = ["dc1","dc2" , "dc3" ]
    type="service"
	priority = 50 // not urgent
  meta = { owner="team-a", "cost centre" = "42" }

  group "front" {
    count = var.count>0 ? var.count : -1
    network { 
      mode="bridge"
      port "http" { to=local.port }
      port "admin" {}
    }
    update {
max_parallel=2
    canary = 1
  }
    task "server" {
    driver="docker"
    config {
      image="${var.image}"
      args=["-listen",":${ local.port }",
      "-text",   "hello   from ${NOMAD_JOB_NAME}",]
      mount {
type="bind"
              source = "local/x"
}
    }
      env {
        A="1" # first
        LONGER_NAME = "2"   # second

        B = "3" # alone
        # between
        CC ="4"       # last
      }
        template {
          data = <<-EOT
             {{ key   "x" }}
             ${ local.port+1 }
             EOT
          destination="local/conf"
        }
    }
  }
}
