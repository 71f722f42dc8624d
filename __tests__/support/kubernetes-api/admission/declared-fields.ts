import { isObject, type JsonObject, listAt, objectAt } from '../json.ts'
import type { KubernetesObject } from '../object.ts'
import { quoted } from '../status.ts'

const TOP_LEVEL: Readonly<Record<string, string>> = {
  ConfigMap: 'binaryData data immutable',
  Secret: 'data immutable stringData type',
  ServiceAccount: 'automountServiceAccountToken imagePullSecrets secrets'
}

const SPEC: Readonly<Record<string, string>> = {
  NetworkPolicy: 'egress ingress podSelector policyTypes',
  Service:
    'allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy ' +
    'healthCheckNodePort internalTrafficPolicy ipFamilies ipFamilyPolicy loadBalancerClass loadBalancerIP ' +
    'loadBalancerSourceRanges ports publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig ' +
    'trafficDistribution type',
  StatefulSet:
    'minReadySeconds ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy replicas ' +
    'revisionHistoryLimit selector serviceName template updateStrategy volumeClaimTemplates'
}

const POD_SPEC =
  'activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks ' +
  'ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets ' +
  'initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates ' +
  'resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup ' +
  'securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain ' +
  'terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes'

const CONTAINER =
  'args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy ' +
  'resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce terminationMessagePath ' +
  'terminationMessagePolicy tty volumeDevices volumeMounts workingDir'

/** The path of the first field that the schema of the kind lacks; only the levels that people write by hand. */
export function undeclaredField(object: KubernetesObject): string | undefined {
  const { kind } = object
  const template = objectAt(object, 'spec', 'template')
  const levels: [string, JsonObject, string | undefined][] = [
    ['', object, `apiVersion kind metadata ${TOP_LEVEL[kind] ?? 'spec status'}`],
    ['.spec', objectAt(object, 'spec'), SPEC[kind]],
    ['.spec.template', template, 'metadata spec'],
    ['.spec.template.spec', objectAt(template, 'spec'), POD_SPEC]
  ]
  for (const container of listAt(template, 'spec', 'containers')) {
    if (!isObject(container)) continue
    levels.push([`.spec.template.spec.containers[name=${quoted(container['name'] ?? null)}]`, container, CONTAINER])
  }
  for (const [path, value, declared] of levels) {
    if (declared === undefined) continue
    const known = new Set(declared.split(' '))
    const unknown = Object.keys(value).find((field) => !known.has(field))
    if (unknown !== undefined) return `${path}.${unknown}`
  }
  return undefined
}
