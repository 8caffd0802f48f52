import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const name = 'rack-api-network-policy.yaml'
const text = readFileSync(new URL(`../kubernetes/${name}`, import.meta.url), 'utf8')

type Labels = Readonly<Record<string, string>>
interface Selector {
  readonly matchLabels: Labels
}
interface Peer {
  readonly namespaceSelector?: Selector
  readonly podSelector?: Selector
}
interface Rule {
  readonly from: readonly Peer[]
  readonly ports: readonly { readonly protocol: string; readonly port: number }[]
}
interface Policy {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly podSelector: Selector
    readonly policyTypes: readonly string[]
    readonly ingress: readonly Rule[]
  }
}

interface Pod {
  readonly namespace: string
  readonly namespaceLabels: Labels
  readonly labels: Labels
}

const rack = 'production'
const system = {
  namespace: `${rack}-system`,
  namespaceLabels: { app: 'system', rack, system: 'convox', type: 'rack' },
}

/** An app's namespace, as `provider/k8s/template/app/app.yml.tmpl` of convox 3.24.9 labels it. */
function appNamespace(app: string, ofRack = rack) {
  const namespace = `${ofRack}-${app}`
  return { namespace, namespaceLabels: { 'kubernetes.io/metadata.name': namespace, type: 'app', name: app } }
}

/** A pod of a service, as `provider/k8s/template/app/service.yml.tmpl` labels it. */
function servicePod(app: string, service: string, more: Labels = {}): Pod {
  const labels = { system: 'convox', rack, app, name: service, service, release: 'R1', type: 'service', ...more }
  return { ...appNamespace(app), labels }
}

/** A pod of a command or a build, as `ProcessRun` in `provider/k8s/process.go` labels it. */
function processPod(app: string, service: string, more: Labels = {}, ofRack = rack): Pod {
  const labels = {
    app,
    rack: ofRack,
    release: 'R1',
    service,
    system: 'convox',
    type: 'process',
    name: service,
    ...more,
  }
  return { ...appNamespace(app, ofRack), labels }
}

/** The rack's API and its ingress, as `terraform/api/k8s` and `terraform/router/nginx` label them. */
function systemPod(service: string): Pod {
  return { ...system, labels: { app: 'system', name: service, rack, service, system: 'convox', type: 'service' } }
}

const policy: Policy = parse(text, { strict: true, uniqueKeys: true })

function matches({ matchLabels }: Selector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
}

/** As Kubernetes decides: a peer without a namespace selector is in the policy's own namespace. */
function admits({ metadata, spec }: Policy, pod: Pod, port: number): boolean {
  return spec.ingress.some(({ from, ports }) => {
    const isPeer = from.some(
      ({ namespaceSelector, podSelector }) =>
        (namespaceSelector === undefined
          ? pod.namespace === metadata.namespace
          : matches(namespaceSelector, pod.namespaceLabels)) &&
        (podSelector === undefined || matches(podSelector, pod.labels)),
    )
    return isPeer && ports.some((one) => one.protocol === 'TCP' && one.port === port)
  })
}

describe(name, () => {
  test('is a network policy for the pods of the API, in their namespace', () => {
    expect(policy).toMatchObject({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' })
    expect(Object.keys(policy).toSorted()).toEqual(['apiVersion', 'kind', 'metadata', 'spec'])
    expect(Object.keys(policy.spec).toSorted()).toEqual(['ingress', 'podSelector', 'policyTypes'])
    expect(policy.spec.policyTypes).toEqual(['Ingress'])
    expect(policy.metadata.namespace).toBe(system.namespace)
    expect(matches(policy.spec.podSelector, systemPod('api').labels)).toBe(true)
    for (const service of ['ingress-nginx', 'resolver', 'atom'])
      expect(matches(policy.spec.podSelector, systemPod(service).labels), service).toBe(false)
    for (const { from, ports } of policy.spec.ingress)
      for (const part of [...from, ...ports])
        expect(['namespaceSelector', 'podSelector', 'port', 'protocol']).toEqual(
          expect.arrayContaining(Object.keys(part)),
        )
  })

  test.each([
    ['the gateway', servicePod('rack-gateway', 'gateway')],
    ['a build', processPod('web', 'build', { 'service-type': 'build' })],
  ])('admits %s to the API, and to no other port', (_, pod) => {
    expect(admits(policy, pod, 5443)).toBe(true)
    expect(admits(policy, pod, 8001)).toBe(false)
  })

  test.each([
    ['a process of an app', servicePod('web', 'web')],
    ['a service of an app that is named like the gateway', servicePod('web', 'gateway')],
    ['a command', processPod('web', 'web')],
    ['a command on the pseudo-service build', processPod('web', 'build')],
    ['another service of the app of the gateway', servicePod('rack-gateway', 'web')],
    ["the rack's ingress", systemPod('ingress-nginx')],
    ['a build of another rack in the cluster', processPod('web', 'build', { 'service-type': 'build' }, 'staging')],
    [
      'a pod outside of apps that has the labels of a build',
      {
        namespace: 'default',
        namespaceLabels: {},
        labels: processPod('web', 'build', { 'service-type': 'build' }).labels,
      },
    ],
  ])('does not admit %s', (_, pod) => {
    expect(admits(policy, pod, 5443)).toBe(false)
  })

  test('has the service name of the gateway in infra/convox/convox.yml', () => {
    const manifest = parse(readFileSync(new URL('../convox/convox.yml', import.meta.url), 'utf8'))
    expect(Object.keys(manifest.services)).toEqual(['gateway'])
  })
})
