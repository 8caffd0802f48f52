/** The demo rack with prepared answers. It is the upstream of all subjects, and is itself a subject for comparison. */
import { createDemoRack } from '@rack-gateway/demo-rack'
import { announce, requiredVariable } from './announce.ts'

const rack = createDemoRack({ name: 'bench', token: requiredVariable('BENCH_RACK_TOKEN'), fixedResponses: true })
announce({ url: await rack.listen(), close: () => rack.close() })
