variable "backends" {
  type = list(object({ name = string, port = number }))
  default = [
    { name = "users", port = 7001 },
    { name = "orders", port = 7002 },
  ]
}

job "backends" {
  dynamic "group" {
    for_each = var.backends
    labels   = [group.value.name]
    content {
      network {
        port "rpc" {
          static = group.value.port
        }
      }
      dynamic "task" {
        for_each = ["main", "side"]
        labels   = [task.value]
        content {
          driver = "raw_exec"
          config {
            command = "/usr/local/bin/${group.value.name}"
            args    = ["-role", task.value, "-port", "${group.value.port}"]
          }
          env = {
            "app.role" = task.value
            NAME       = upper(group.value.name)
          }
        }
      }
    }
  }
}
