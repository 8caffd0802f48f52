import { RackError } from '../errors.ts'
import { findBuild, startBuild } from '../state/builds.ts'
import { findApp } from '../state/rack.ts'
import type { Answer, Call } from '../types.ts'
import { json } from '../wire/answers.ts'
import { limited } from './limit.ts'

export function listBuilds({ rack, variables, parameters }: Call): Answer {
  return json(limited(findApp(rack, variables.app).builds, parameters.limit))
}

export function getBuild({ rack, variables }: Call): Answer {
  return json(findBuild(findApp(rack, variables.app), variables.build ?? ''))
}

export function createBuild({ rack, variables, parameters }: Call): Answer {
  const app = findApp(rack, variables.app)
  if (parameters.external === 'true') throw new RackError(501, 'not part of this demo rack yet: external builds')
  const { url = '', description = '', 'git-sha': gitSha = '' } = parameters
  return json(startBuild(rack, app, { url, description, gitSha }))
}
