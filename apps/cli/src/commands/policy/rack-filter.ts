import type { Target } from '../../rack-choice/local/target.ts'

/**
 * With --rack, only calls on this rack.
 *
 * @param option the value of --rack: the name of the rack in the configuration, which can differ from the gateway's
 */
export function rackFilter(option: string | undefined, target: Pick<Target, 'rack'>): { rack?: string } {
  return option === undefined ? {} : { rack: target.rack ?? option }
}
