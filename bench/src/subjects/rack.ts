/** The demo rack with prepared answers: the upstream of all others, and the ceiling when it is loaded directly. */
import { createDemoRack } from '@rack-gateway/demo/rack'
import { announce, given } from './announce.ts'

const rack = createDemoRack({ name: 'bench', token: given('BENCH_RACK_TOKEN'), fixedAnswers: true })
announce({ url: await rack.listen(), close: () => rack.close() })
