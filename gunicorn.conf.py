"""How the web server reads requests; gunicorn finds this file in the folder it is started in."""

worker_class = "gthread"  # a thread waiting for a slow visitor holds up nobody else
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# What a proxy says of the visitor is Django's to believe (BEHIND_PROXY); here nobody is, not even
# a process beside us.
forwarded_allow_ips = ""
forwarder_headers = ""
header_map = "refuse"  # X_Forwarded_Proto would be taken for X-Forwarded-Proto
