import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface NetworkNamespace {
  /** The command that starts a program in the namespace. */
  readonly enter: readonly string[]
  close(): Promise<void>
}

/**
 * Opens a network namespace with loopback alone. Ports, bridges, and firewall rules in it do not affect the machine. It
 * ends with this process.
 */
export async function openNetworkNamespace(): Promise<NetworkNamespace> {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo open && exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(holder, 'close')
  await Promise.race([
    once(holder.stdout, 'data'),
    closed.then(() => Promise.reject(new Error('The network namespace could not be opened.'))),
  ])
  return {
    enter: ['nsenter', `--net=/proc/${holder.pid}/ns/net`],
    async close() {
      holder.stdin.end()
      await closed
    },
  }
}
