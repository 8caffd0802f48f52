import { zeroTime } from '../determinism/clock.ts'
import { newId } from '../determinism/random.ts'
import { notFound } from '../errors/rack-error.ts'
import type { AppState, Build } from './app.ts'
import { createLogLines, type LogLines } from './logs.ts'
import { type RackState, timestamp } from './rack.ts'
import { addRelease } from './releases.ts'

const manifest = 'services:\n  web:\n    build: .\n    port: 3000\n  worker:\n    build: .\n  command:\n    build: .\n'
const steps = 5
const stepTime = 200

export function findBuild(app: AppState, id: string): Build {
  const found = app.builds.find((build) => build.id === id)
  if (found === undefined) throw notFound('build', id)
  return found
}

export function newBuild(
  rack: RackState,
  app: AppState,
  details: { description: string; gitSha: string; status: string },
): Build {
  const build: Build = {
    id: newId.build(rack.random),
    app: app.app.name,
    description: details.description,
    entrypoint: '',
    'git-sha': details.gitSha,
    logs: '',
    manifest: '',
    process: '',
    release: '',
    reason: '',
    repository: `https://u:p@registry.${rack.system.domain}/${app.app.name}`,
    status: details.status,
    started: timestamp(rack),
    ended: zeroTime,
  }
  app.builds.unshift(build)
  app.buildLogs.set(build.id, createLogLines())
  return build
}

export function completeBuild(rack: RackState, build: Build, newManifest: string): void {
  build.status = 'complete'
  build.manifest = newManifest
  build.ended = timestamp(rack)
}

/** The build writes log lines for a second, and then creates a release. */
export function startBuild(
  rack: RackState,
  app: AppState,
  source: { url: string; description: string; gitSha: string },
): Build {
  const build = newBuild(rack, app, { ...source, status: 'running' })
  const log = createLogLines()
  app.buildLogs.set(build.id, log)
  log.append(`Received ${sourceLength(app, source.url)} bytes of source\n`)
  takeStep(rack, app, build, log, 1)
  return build
}

function sourceLength(app: AppState, url: string): number {
  return app.objects.get(url.replace(`object://${app.app.name}/`, ''))?.length ?? 0
}

function takeStep(rack: RackState, app: AppState, build: Build, log: LogLines, step: number): void {
  rack.clock.after(stepTime, () => {
    const line = `Step ${step}/${steps} : RUN step-${step}\n`
    if (step < steps) {
      log.append(line)
      takeStep(rack, app, build, log, step + 1)
      return
    }
    completeBuild(rack, build, manifest)
    build.release = addRelease(rack, app, { build: build.id, manifest, description: build.description }).id
    log.append(`${line}Build complete\n`)
    log.finish()
  })
}
