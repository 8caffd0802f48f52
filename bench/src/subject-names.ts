/** The subjects, in the order of the tables. The compared gateway is the gateway of `--against` and `--node`. */
export const subjectNames = {
  rack: 'demo rack, directly',
  nginx: 'nginx',
  undici: 'undici.stream',
  httpProxy: '@fastify/http-proxy',
  rackSend: 'rack.send',
  durable: 'gateway, reads durable',
  comparedDurable: 'compared gateway, reads durable',
  relaxed: 'gateway, AUDIT_READS=relaxed',
  comparedRelaxed: 'compared gateway, AUDIT_READS=relaxed',
} as const

export type SubjectName = (typeof subjectNames)[keyof typeof subjectNames]
