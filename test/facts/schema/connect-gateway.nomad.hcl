job "connect-gateway" {
  group "ingress" {
    network {
      mode = "bridge"
      port "in" {
        static = 8088
      }
    }
    service {
      name = "ingress"
      port = "8088"
      connect {
        gateway {
          proxy {
            connect_timeout                     = "7s"
            envoy_gateway_bind_tagged_addresses = true
            envoy_gateway_no_default_bind       = true
            envoy_dns_discovery_type            = "STRICT_DNS"
            envoy_gateway_bind_addresses "one" {
              address = "0.0.0.0"
              port    = 8088
            }
            config {
              a = "b"
            }
          }
          ingress {
            tls {
              enabled         = true
              tls_min_version = "TLSv1_2"
              tls_max_version = "TLSv1_3"
              cipher_suites   = ["X"]
              sds {
                cluster_name  = "c"
                cert_resource = "r"
              }
            }
            listener {
              port     = 8088
              protocol = "http"
              service {
                name  = "web"
                hosts = ["example.com"]
                tls {
                  sds {
                    cluster_name  = "c2"
                    cert_resource = "r2"
                  }
                }
                request_headers {
                  add {
                    a = "1"
                  }
                  set {
                    b = "2"
                  }
                  remove = ["c"]
                }
                response_headers {
                  remove = ["d"]
                }
                max_connections         = 10
                max_pending_requests    = 20
                max_concurrent_requests = 30
              }
            }
            listener {
              port = 8089
              service {
                name = "tcp-service"
              }
            }
          }
        }
      }
    }
  }
  group "terminating" {
    network {
      mode = "bridge"
    }
    service {
      name = "terminating"
      connect {
        gateway {
          proxy {}
          terminating {
            service {
              name      = "outside"
              ca_file   = "/ca"
              cert_file = "/cert"
              key_file  = "/key"
              sni       = "outside.example.com"
            }
          }
        }
      }
    }
  }
  group "mesh" {
    network {
      mode = "bridge"
      port "wan" {}
    }
    service {
      name = "mesh"
      port = "wan"
      connect {
        gateway {
          proxy {}
          mesh {}
        }
      }
    }
  }
}
