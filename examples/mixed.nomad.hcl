# orch's main job: a container, a jar on the host's Java, a virtual machine and a plain binary in one group,
# in one network namespace. Each is published on a port of the node, and each reaches the others at
# $ORCH_GROUP_ADDRESS.
#
# `npm run quickstart` makes the artifacts and runs this file; by hand:
#   orch job run -var artifacts=/path/to/artifacts examples/mixed.nomad.hcl

variable "artifacts" {
  type        = string
  description = "Directory with app.jar, busybox, vmlinuz, initrd.img, serve.sh and sibling.sh."
}

variable "image" {
  type        = string
  description = "Container image with busybox in it."
  default     = "orch-demo:local"
}

job "mixed" {
  type = "service"

  group "mixed" {
    count = 1

    # The rollout is over when all tasks have run this long.
    update {
      min_healthy_time = "2s"
    }

    network {
      mode = "bridge"
      port "container" { to = 8080 }
      port "jar" { to = 8081 }
      port "vm" { to = 8082 }
      port "binary" { to = 8083 }
    }

    task "container" {
      driver = "docker"
      config {
        image   = var.image
        command = "/bin/sh"
        args    = ["/local/serve.sh", "container", "8080", "/bin/busybox", "/tmp/www", "/local/sibling.sh"]
      }
      artifact {
        source = "${var.artifacts}/serve.sh"
      }
      artifact {
        source = "${var.artifacts}/sibling.sh"
      }
      resources {
        cpu    = 100
        memory = 64
      }
    }

    task "jar" {
      driver = "java"
      config {
        jar_path    = "local/app.jar"
        jvm_options = ["-Xmx64m", "-XX:+UseSerialGC"]
        args        = ["8081"]
      }
      artifact {
        source = "${var.artifacts}/app.jar"
      }
      resources {
        cpu    = 200
        memory = 256
      }
    }

    task "vm" {
      driver = "qemu"
      config {
        kernel       = "local/vmlinuz"
        initrd       = "local/initrd.img"
        append       = "console=ttyS0 quiet panic=-1 orch.group=${ORCH_GROUP_ADDRESS}"
        machine_type = "q35"
        port_map {
          vm = 80
        }
      }
      artifact {
        source = "${var.artifacts}/vmlinuz"
      }
      artifact {
        source = "${var.artifacts}/initrd.img"
      }
      kill_timeout = "15s"
      resources {
        cpu    = 500
        memory = 192
      }
    }

    task "binary" {
      driver = "exec"
      config {
        command = "/bin/sh"
        args    = ["/local/serve.sh", "binary", "8083", "/local/busybox", "/tmp/www", "/local/sibling.sh"]
      }
      artifact {
        source = "${var.artifacts}/serve.sh"
      }
      artifact {
        source = "${var.artifacts}/busybox"
      }
      artifact {
        source = "${var.artifacts}/sibling.sh"
      }
      resources {
        cpu    = 100
        memory = 64
      }
    }
  }
}
