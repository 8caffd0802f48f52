import { type System, startSystem } from '../gateway/system.ts'
import { type PlainRack, type PlainRackOptions, startPlainRack } from './plain-rack.ts'

/** A gateway with the people of a system, before a rack that does with each request what a test says. */
export interface BeforePlainRack<G> {
  readonly system: System
  readonly gateway: G
  stop(): Promise<void>
}

/** @param startGateway in this process or in one of its own */
export async function startBeforePlainRack<G extends { stop(): Promise<void> }>(
  startGateway: (system: System, rack: PlainRack) => Promise<G>,
  options: PlainRackOptions,
): Promise<BeforePlainRack<G>> {
  const system = await startSystem()
  const rack = await startPlainRack(options)
  const gateway = await startGateway(system, rack)
  return {
    system,
    gateway,
    async stop() {
      await gateway.stop()
      await rack.close()
      await system.stop()
    },
  }
}
