export interface NginxOptions {
  /** The directory for the files that nginx always writes. */
  readonly directory: string
  readonly port: number
  /** The host and port of the rack. */
  readonly upstream: string
}

/**
 * Configures nginx for a fair comparison: one worker, persistent connections, no access log, no files, streamed bodies.
 * Buffers are larger than the default, which makes large responses faster, and small responses not slower.
 */
export function nginxConfiguration({ directory, port, upstream }: NginxOptions): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${directory}/${kind};`,
  )
  return `daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
${temporary.join('\n')}
  access_log off;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_buffer_size 128k;
  map $http_upgrade $connection_header { default upgrade; '' ''; }
  upstream rack {
    server ${upstream};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://rack;
      proxy_http_version 1.1;
      proxy_next_upstream off;
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
      proxy_buffers 16 64k;
      proxy_buffer_size 64k;
      proxy_busy_buffers_size 256k;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
    }
  }
}
`
}
