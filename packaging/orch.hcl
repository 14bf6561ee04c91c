# Configuration of an orch agent, read by `orch agent --config /etc/orch`. Every value here is the default, unless it says otherwise.

region     = "global"
datacenter = "dc1"
data_dir   = "/var/lib/orch"
log_level  = "info"
log_json   = false

# The API answers on two Unix sockets: operator.sock for root, api.sock for members of the group, where it exists. Whoever
# may use it is root on this machine. More: docs/api-access.md.
http {
  socket_dir = "/run/orch"
  group      = "orch"

  # With true, TCP asks nobody for the token.
  open_loopback = false
}

# TCP is closed by default. With a port it opens, on loopback alone until TLS has landed, and asks for the token in the file
# api-token of the data directory.
# bind_addr = "127.0.0.1"
# ports {
#   http = 4646
# }

# Both are off by default; today they run in one process.
server {
  enabled = true

  # How often, and at which age, finished things are forgotten.
  job_gc_interval         = "5m"
  job_gc_threshold        = "4h"
  eval_gc_threshold       = "1h"
  batch_eval_gc_threshold = "24h"
  deployment_gc_threshold = "1h"
  node_gc_threshold       = "24h"
}

client {
  enabled    = true
  node_class = ""
  node_pool  = "default"

  # Not the default: what the node is known for.
  meta {
    rack = "r1"
  }

  # Kept from jobs.
  reserved {
    cpu            = 0
    memory         = 0
    disk           = 0
    reserved_ports = "22"
  }

  # Whom tasks may not be, by name and by id, and the drivers whose tasks are held to it.
  options = {
    "user.denylist"        = "root,Administrator"
    "user.checked_drivers" = "exec,qemu,java"
  }

  # Begins the names of all this agent makes in the kernel. Two agents on one machine need two.
  kernel_word = "orch"

  # Directories that artifact blocks may take local files from; none by default.
  artifact_file_roots = []

  cni_path              = "/opt/cni/bin:/usr/lib/cni:/usr/libexec/cni"
  cni_config_dir        = "/opt/cni/config:/etc/cni/net.d"
  bridge_network_name   = "orch0"
  bridge_network_subnet = "172.26.64.0/20"
  max_kill_timeout      = "30s"

  # How often the node looks for what can be freed; how many finished allocations keep their directories, and up to which
  # share of the disk, in percent.
  gc_interval             = "1m"
  gc_max_allocs           = 50
  gc_disk_usage_threshold = 80
}

# raw_exec runs without isolation and is off unless enabled here.
plugin "raw_exec" {
  config {
    enabled = false
  }
}

# Host paths and named volumes in docker tasks are denied unless enabled here.
plugin "docker" {
  config {
    volumes {
      enabled = false
    }

    # Images that orch brought go this long after their last use.
    gc {
      image       = true
      image_delay = "3m"
    }
  }
}
