/** Recorded: what kube-apiserver 1.36.3 answers to each of these objects. */
import { LABEL, LABEL_VALUE, NAME_PART, SUBDOMAIN, testCreate, testWarnings } from './cases.js';

testCreate(
  ['', 'Pod'],
  [
    ['plain', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] } }, []],
    ['empty', { spec: { automountServiceAccountToken: false } }, ['spec.containers: Required value']],
    ['none', {}, ['spec.containers: Required value']],
    ['image i', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] } }, []],
    ['image i:latest', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i:latest' }] } }, []],
    ['image i:1', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i:1' }] } }, []],
    [
      'image r.io/x/y@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'r.io/x/y@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }],
        },
      },
      [],
    ],
    ['image r.io:5000/x', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'r.io:5000/x' }] } }, []],
    ['image I', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'I' }] } }, []],
    ['image a b', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'a b' }] } }, []],
    [
      'image r.io:5000/x:latest',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'r.io:5000/x:latest' }] } },
      [],
    ],
    ['image localhost/x', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'localhost/x' }] } }, []],
    ['image x/y/z:v1.2', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'x/y/z:v1.2' }] } }, []],
    ['image UPPER/x', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'UPPER/x' }] } }, []],
    [
      'image  pad ',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: ' pad ' }] } },
      ['spec.containers[0].image: Invalid value: " pad ": must not have leading or trailing whitespace'],
    ],
    ['image i:', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i:' }] } }, []],
    [
      'image docker.io/library/x:latest@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'c', image: 'docker.io/library/x:latest@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
          ],
        },
      },
      [],
    ],
    [
      'names',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'Bad_Name' },
            { name: 'c', image: 'i', imagePullPolicy: 'Sometimes' },
            { name: 'c', image: 'i', ports: [{ containerPort: 0 }] },
            { image: 'x', terminationMessagePolicy: 'X' },
          ],
        },
      },
      [
        `spec.containers[0].name: Invalid value: "Bad_Name": ${LABEL}`,
        'spec.containers[0].image: Required value',
        'spec.containers[1].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
        'spec.containers[2].ports[0].containerPort: Required value',
        'spec.containers[2].name: Duplicate value: "c"',
        'spec.containers[3].name: Required value',
        'spec.containers[3].terminationMessagePolicy: Unsupported value: "X": supported values: "File", "FallbackToLogsOnError"',
      ],
    ],
    [
      'ports',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              ports: [
                { name: 'UPPER', containerPort: 1 },
                { name: 'a--b', containerPort: 70000 },
                { name: '1', containerPort: 1, hostPort: 70000 },
                { name: 'way-too-long-name-x', containerPort: 2 },
                { name: 'ok', containerPort: 3, protocol: 'X' },
                { name: 'ok', containerPort: 4, protocol: 'UDP' },
                { name: '-a', containerPort: 9 },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].ports[0].name: Invalid value: "UPPER": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.containers[0].ports[0].name: Invalid value: "UPPER": must contain at least one letter (a-z)',
        'spec.containers[0].ports[1].name: Invalid value: "a--b": must not contain consecutive hyphens',
        'spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
        'spec.containers[0].ports[2].name: Invalid value: "1": must contain at least one letter (a-z)',
        'spec.containers[0].ports[2].hostPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
        'spec.containers[0].ports[3].name: Invalid value: "way-too-long-name-x": must be no more than 15 characters',
        'spec.containers[0].ports[4].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
        'spec.containers[0].ports[5].name: Duplicate value: "ok"',
        'spec.containers[0].ports[6].name: Invalid value: "-a": must not begin or end with a hyphen',
      ],
    ],
    [
      'host ports',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'a', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] },
            { name: 'b', image: 'i', ports: [{ containerPort: 81, hostPort: 80 }] },
          ],
        },
      },
      ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
    ],
    [
      'hostNetwork ports',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'a', image: 'i', ports: [{ containerPort: 80, hostPort: 81 }, { containerPort: 82 }] }],
          hostNetwork: true,
        },
      },
      ['spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true'],
    ],
    [
      'env',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              env: [
                { name: '', value: 'x' },
                { name: 'A=B' },
                { name: '1a' },
                { name: 'a b' },
                { name: 'é' },
                { name: 'X', value: 'v', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                { name: 'Y', valueFrom: {} },
                { name: 'Z', valueFrom: { fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 's', key: 'k' } } },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].env[0].name: Required value',
        'spec.containers[0].env[1].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
        'spec.containers[0].env[4].name: Invalid value: "é": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
        'spec.containers[0].env[5].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
        'spec.containers[0].env[6].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
        'spec.containers[0].env[7].valueFrom: Invalid value: "": may not have more than one field specified at a time',
      ],
    ],
    [
      'fieldRef metadata.nope',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.nope' } } }] }],
        },
      },
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nope": error converting fieldPath: field label not supported: metadata.nope',
      ],
    ],
    [
      'fieldRef metadata.labels',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }] }],
        },
      },
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      ],
    ],
    [
      'fieldRef spec.host',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.host' } } }] }],
        },
      },
      [],
    ],
    [
      "fieldRef metadata.labels['a b']",
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a b']" } } }] }],
        },
      },
      [`spec.containers[0].env[0].valueFrom.fieldRef: Invalid value: "a b": ${NAME_PART}`],
    ],
    [
      "fieldRef metadata.annotations['A/B']",
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['A/B']" } } }] },
          ],
        },
      },
      [],
    ],
    [
      "fieldRef spec.x['y']",
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "spec.x['y']" } } }] }],
        },
      },
      [
        "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.x['y']\": error converting fieldPath: field label does not support subscript: spec.x['y']",
      ],
    ],
    [
      'fieldRef ',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: '' } } }] }],
        },
      },
      ['spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Required value'],
    ],
    [
      'fieldRef status.hostIPs',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.hostIPs' } } }] }],
        },
      },
      [],
    ],
    [
      'fieldRef spec.restartPolicy',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.restartPolicy' } } }] }],
        },
      },
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "spec.restartPolicy": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
      ],
    ],
    [
      "fieldRef ['x']",
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "['x']" } } }] }],
        },
      },
      [
        "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"['x']\": error converting fieldPath: field label not supported: ['x']",
      ],
    ],
    [
      "fieldRef metadata.labels['a",
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a" } } }] }],
        },
      },
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.labels[\'a": error converting fieldPath: field label not supported: metadata.labels[\'a',
      ],
    ],
    [
      'fieldRef v2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v2', fieldPath: 'metadata.name' } } }] },
          ],
        },
      },
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.name": error converting fieldPath: unsupported pod version: v2',
      ],
    ],
    [
      'resourceFieldRef',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              env: [
                { name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } },
                { name: 'B', valueFrom: { resourceFieldRef: { resource: 'nope' } } },
                { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '3Mi' } } },
                { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.hugepages-2Mi', divisor: '1Ki' } } },
                { name: 'E', valueFrom: { resourceFieldRef: { resource: '' } } },
                { name: 'F', valueFrom: { resourceFieldRef: { resource: 'requests.ephemeral-storage', divisor: '7' } } },
                { name: 'G', valueFrom: { resourceFieldRef: { resource: 'limits.hugepages-2Mi', divisor: '7' } } },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor\'s values 1m and 1 are supported with the cpu resource',
        'spec.containers[0].env[1].valueFrom.resourceFieldRef.resource: Unsupported value: "nope": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
        'spec.containers[0].env[2].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.memory": only divisor\'s values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource',
        'spec.containers[0].env[4].valueFrom.resourceFieldRef.resource: Required value',
        'spec.containers[0].env[5].valueFrom.resourceFieldRef.divisor: Invalid value: "requests.ephemeral-storage": only divisor\'s values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the local ephemeral storage resource',
        'spec.containers[0].env[6].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.hugepages-2Mi": only divisor\'s values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the hugepages resource',
      ],
    ],
    [
      'keyRefs',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              env: [
                { name: 'A', valueFrom: { configMapKeyRef: { name: '', key: '' } } },
                { name: 'B', valueFrom: { secretKeyRef: { name: 'A B', key: 'a b' } } },
                { name: 'F', valueFrom: { fileKeyRef: { volumeName: 'nope', path: '../x', key: 'a=b' } } },
                { name: 'G', valueFrom: { fileKeyRef: { volumeName: '', path: '', key: '' } } },
              ],
            },
          ],
        },
      },
      [
        `spec.containers[0].env[0].valueFrom.configMapKeyRef.name: Invalid value: "": ${SUBDOMAIN}`,
        'spec.containers[0].env[0].valueFrom.configMapKeyRef.key: Required value',
        `spec.containers[0].env[1].valueFrom.secretKeyRef.name: Invalid value: "A B": ${SUBDOMAIN}`,
        "spec.containers[0].env[1].valueFrom.secretKeyRef.key: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        'spec.containers[0].env[2].valueFrom.fileKeyRef.key: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
        'spec.containers[0].env[2].valueFrom.fileKeyRef.path: Invalid value: "../x": must not contain \'..\'',
        'spec.containers[0].env[3].valueFrom.fileKeyRef.key: Required value',
        'spec.containers[0].env[3].valueFrom.fileKeyRef.volumeName: Required value',
        'spec.containers[0].env[3].valueFrom.fileKeyRef.path: Required value',
        'spec.containers[0].env[2].valueFrom.fileKeyRef.volumeName: Not found: "nope"',
        'spec.containers[0].env[3].valueFrom.fileKeyRef.volumeName: Not found: ""',
      ],
    ],
    [
      'fileKeyRef',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              env: [
                { name: 'A', valueFrom: { fileKeyRef: { volumeName: 'h', path: 'x', key: 'a' } } },
                { name: 'B', valueFrom: { fileKeyRef: { volumeName: 'e', path: 'x', key: 'a' } } },
              ],
            },
          ],
          volumes: [{ name: 'h', hostPath: { path: '/x' } }, { name: 'e' }],
        },
      },
      ['spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "h": referenced volume must be of type emptyDir'],
    ],
    [
      'envFrom',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              envFrom: [
                {},
                { configMapRef: { name: 'a' }, secretRef: { name: 'b' } },
                { prefix: 'a=', configMapRef: { name: '' } },
                { secretRef: { name: 'A_' } },
                { configMapRef: { name: 'a-' } },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
        'spec.containers[0].envFrom: Invalid value: "": may not have more than one field specified at a time',
        'spec.containers[0].envFrom[2].prefix: Invalid value: "a=": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
        'spec.containers[0].envFrom[2].configMapRef.name: Required value',
        `spec.containers[0].envFrom[3].secretRef.name: Invalid value: "A_": ${SUBDOMAIN}`,
      ],
    ],
    [
      'dup env warnings',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              env: [
                { name: 'A', value: '1' },
                { name: 'A', value: '2' },
                { name: 'B', value: '1' },
                { name: 'B', value: '$(B)2' },
                { name: 'C', value: '1' },
                { name: 'C', value: '$(C)' },
                { name: 'D', value: '1' },
                { name: 'D', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              ],
            },
          ],
        },
      },
      [],
    ],
    [
      'mounts',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              volumeMounts: [
                { name: 'v', mountPath: '/a' },
                { name: 'v', mountPath: '/a', subPath: '/x' },
                { name: 'nope', mountPath: '' },
                { name: '', mountPath: '/b', subPath: '../x', subPathExpr: '../y' },
                { name: 'v', mountPath: '/c', mountPropagation: 'X' },
                { name: 'v', mountPath: '/d', mountPropagation: 'Bidirectional' },
                { name: 'v', mountPath: '/e', recursiveReadOnly: 'Enabled' },
                { name: 'v', mountPath: '/f', recursiveReadOnly: 'Q' },
                { name: 'v', mountPath: '/g', readOnly: true, recursiveReadOnly: 'IfPossible', mountPropagation: 'HostToContainer' },
              ],
            },
          ],
          volumes: [{ name: 'v' }],
        },
      },
      [
        'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
        'spec.containers[0].volumeMounts.subPath: Invalid value: "/x": must be a relative path',
        'spec.containers[0].volumeMounts[2].name: Not found: "nope"',
        'spec.containers[0].volumeMounts[2].mountPath: Required value',
        'spec.containers[0].volumeMounts[3].name: Required value',
        'spec.containers[0].volumeMounts[3].name: Not found: ""',
        'spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain \'..\'',
        'spec.containers[0].volumeMounts[3].subPathExpr: Invalid value: "../y": subPathExpr and subPath are mutually exclusive',
        'spec.containers[0].volumeMounts.subPathExpr: Invalid value: "../y": must not contain \'..\'',
        'spec.containers[0].volumeMounts.mountPropagation: Unsupported value: "X": supported values: "Bidirectional", "HostToContainer", "None"',
        'spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
        'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
        'spec.containers[0].volumeMounts.recursiveReadOnly: Unsupported value: "Q": supported values: "Disabled", "Enabled", "IfPossible"',
        'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified',
      ],
    ],
    [
      'devices',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              volumeMounts: [{ name: 'e', mountPath: '/a' }],
              volumeDevices: [
                { name: 'p', devicePath: '/dev/a' },
                { name: 'p', devicePath: '/dev/a' },
                { name: 'e', devicePath: '/a' },
                { name: 'q', devicePath: '' },
                { name: '', devicePath: '/../x' },
              ],
            },
          ],
          volumes: [{ name: 'p', persistentVolumeClaim: { claimName: 'x' } }, { name: 'e' }],
        },
      },
      [
        'spec.containers[0].volumeMounts[0].name: Invalid value: "e": must not already exist in volumeDevices',
        'spec.containers[0].volumeMounts[0].mountPath: Invalid value: "/a": must not already exist as a path in volumeDevices',
        'spec.containers[0].volumeDevices[1].name: Invalid value: "p": must be unique',
        'spec.containers[0].volumeDevices[1].devicePath: Invalid value: "/dev/a": must be unique',
        'spec.containers[0].volumeDevices[2].name: Invalid value: "e": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        'spec.containers[0].volumeDevices[2].name: Invalid value: "e": must not already exist in volumeMounts',
        'spec.containers[0].volumeDevices[2].devicePath: Invalid value: "/a": must not already exist as a path in volumeMounts',
        'spec.containers[0].volumeDevices[3].name: Not found: "q"',
        'spec.containers[0].volumeDevices[3].devicePath: Required value',
        'spec.containers[0].volumeDevices[4].name: Required value',
        'spec.containers[0].volumeDevices[4].name: Not found: ""',
        'spec.containers[0].volumeDevices[4].devicePath: Invalid value: "/../x": can not contain backsteps (\'..\')',
      ],
    ],
    [
      'probes',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              livenessProbe: {},
              readinessProbe: { exec: { command: [] }, terminationGracePeriodSeconds: 1 },
              startupProbe: {
                httpGet: { port: 0, scheme: 'FTP', httpHeaders: [{ name: 'a b' }, { name: '' }] },
                tcpSocket: { port: 1 },
                successThreshold: 2,
                periodSeconds: -1,
                terminationGracePeriodSeconds: 0,
              },
            },
          ],
        },
      },
      [
        'spec.containers[0].livenessProbe: Required value: must specify a handler type',
        'spec.containers[0].readinessProbe.exec.command: Required value',
        'spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes',
        'spec.containers[0].startupProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.containers[0].startupProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"',
        "spec.containers[0].startupProbe.httpGet.httpHeaders: Invalid value: \"a b\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
        "spec.containers[0].startupProbe.httpGet.httpHeaders: Invalid value: \"\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
        'spec.containers[0].startupProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
        'spec.containers[0].startupProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
        'spec.containers[0].startupProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0',
        'spec.containers[0].startupProbe.successThreshold: Invalid value: 2: must be 1',
      ],
    ],
    [
      'probes2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              livenessProbe: { grpc: { port: 0 }, successThreshold: 3 },
              readinessProbe: { tcpSocket: { port: 'bad--name' } },
              startupProbe: { httpGet: { port: 'x', path: '' } },
            },
          ],
        },
      },
      [
        'spec.containers[0].livenessProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.containers[0].livenessProbe.successThreshold: Invalid value: 3: must be 1',
        'spec.containers[0].readinessProbe.tcpSocket.port: Invalid value: "bad--name": must not contain consecutive hyphens',
      ],
    ],
    [
      'probes3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', livenessProbe: { httpGet: { port: 80 } }, readinessProbe: { grpc: { port: 80 } } }],
        },
      },
      [],
    ],
    [
      'lifecycle',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'c', image: 'i', lifecycle: { postStart: {}, preStop: { sleep: { seconds: 31 }, exec: { command: ['x'] } } } },
          ],
        },
      },
      [
        'spec.containers[0].lifecycle.postStart: Required value: must specify a handler type',
        'spec.containers[0].lifecycle.preStop.sleep: Forbidden: may not specify more than 1 handler type',
      ],
    ],
    [
      'lifecycle2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              lifecycle: { postStart: { sleep: { seconds: -1 } }, preStop: { sleep: { seconds: 0 } }, stopSignal: 'SIGX' },
            },
          ],
        },
      },
      [
        'spec.containers[0].lifecycle.postStart.sleep: Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (30)',
      ],
    ],
    [
      'lifecycle3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', lifecycle: { postStart: { sleep: { seconds: 31 } }, preStop: { httpGet: { port: 80 } } } }],
        },
      },
      [
        'spec.containers[0].lifecycle.postStart.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
      ],
    ],
    [
      'stopSignal only',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i', lifecycle: { stopSignal: 'SIGX' } }] } },
      [],
    ],
    [
      'hugepages2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', resources: { limits: { 'hugepages-2Mi': '4Mi' }, requests: { 'hugepages-2Mi': '2Mi' } } }],
        },
      },
      [
        'spec.containers[0].resources.requests: Invalid value: "2Mi": must be equal to hugepages-2Mi limit of 4Mi',
        'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
      ],
    ],
    [
      'extended',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', resources: { limits: { 'example.com/x': '2' }, requests: { 'example.com/x': '1' } } }],
        },
      },
      ['spec.containers[0].resources.requests: Invalid value: "1": must be equal to example.com/x limit of 2'],
    ],
    [
      'limits default',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '0.5', memory: '1024Ki' } } }],
        },
      },
      [],
    ],
    [
      'limits default2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '0.5', memory: '1Mi' }, requests: { cpu: '100m' } } }],
        },
      },
      [],
    ],
    [
      'nano',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1n' } } }] } },
      [],
    ],
    [
      'fractional bytes',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', resources: { limits: { memory: '100m', 'ephemeral-storage': '1500m' } } }],
        },
      },
      [],
    ],
    [
      'kubernetes.io res',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', resources: { limits: { 'kubernetes.io/x': '1' } } }],
        },
      },
      [],
    ],
    [
      'pod resources3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              resources: { requests: { cpu: '500m', memory: '1Mi' }, limits: { 'hugepages-2Mi': '2Mi', memory: '1Mi' } },
            },
          ],
          resources: { limits: { cpu: '4' } },
          initContainers: [
            { name: 'i', image: 'i', resources: { requests: { cpu: '2' } } },
            { name: 's', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } },
          ],
        },
      },
      [],
    ],
    [
      'resize policy',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              resizePolicy: [
                { resourceName: 'cpu', restartPolicy: 'NotRequired' },
                { resourceName: 'cpu', restartPolicy: 'X' },
                { resourceName: 'disk', restartPolicy: 'RestartContainer' },
                {},
              ],
            },
          ],
          restartPolicy: 'Never',
        },
      },
      [
        'spec.containers[0].resizePolicy[1]: Duplicate value: "cpu"',
        'spec.containers[0].resizePolicy: Unsupported value: "X": supported values: "NotRequired", "RestartContainer"',
        "spec.containers[0].resizePolicy: Invalid value: \"X\": must be 'NotRequired' when pod `restartPolicy` is 'Never'",
        'spec.containers[0].resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"',
        "spec.containers[0].resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when pod `restartPolicy` is 'Never'",
        'spec.containers[0].resizePolicy: Required value',
        'spec.containers[0].resizePolicy: Required value',
        "spec.containers[0].resizePolicy: Invalid value: \"\": must be 'NotRequired' when pod `restartPolicy` is 'Never'",
      ],
    ],
    [
      'security',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              securityContext: {
                privileged: true,
                allowPrivilegeEscalation: false,
                runAsUser: -1,
                runAsGroup: 4294967296,
                procMount: 'Unmasked',
                capabilities: { add: ['CAP_SYS_ADMIN'] },
                seccompProfile: { type: 'Localhost' },
                appArmorProfile: { type: 'X' },
              },
            },
          ],
        },
      },
      [
        'spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'spec.containers[0].securityContext.runAsGroup: Invalid value: 4294967296: must be between 0 and 2147483647, inclusive',
        'spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`',
        'spec.containers[0].securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
        'spec.containers[0].securityContext: Invalid value: {"Capabilities":{"Add":["CAP_SYS_ADMIN"],"Drop":null},"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":-1,"RunAsGroup":4294967296,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":"Unmasked","SeccompProfile":{"Type":"Localhost","LocalhostProfile":null},"AppArmorProfile":{"Type":"X","LocalhostProfile":null}}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
        'spec.containers[0].securityContext: Invalid value: {"Capabilities":{"Add":["CAP_SYS_ADMIN"],"Drop":null},"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":-1,"RunAsGroup":4294967296,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":"Unmasked","SeccompProfile":{"Type":"Localhost","LocalhostProfile":null},"AppArmorProfile":{"Type":"X","LocalhostProfile":null}}: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
        'spec.containers[0].securityContext.appArmorProfile.type: Unsupported value: "X": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
      ],
    ],
    [
      'security2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              securityContext: {
                procMount: 'X',
                seccompProfile: { type: 'RuntimeDefault', localhostProfile: 'x' },
                appArmorProfile: { type: 'Localhost', localhostProfile: ' x' },
                windowsOptions: { runAsUserName: 'a\\b\\c', gmsaCredentialSpecName: 'A', gmsaCredentialSpec: '' },
              },
            },
          ],
        },
      },
      [
        'spec.containers[0].securityContext.procMount: Unsupported value: "X": supported values: "Default", "Unmasked"',
        'spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: {"Type":"RuntimeDefault","LocalhostProfile":"x"}: can only be set when seccomp type is Localhost',
        `spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpecName: Invalid value: "A": ${SUBDOMAIN}`,
        'spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string',
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash',
        'spec.containers[0].securityContext.appArmorProfile.localhostProfile: Invalid value: " x": must not be padded with whitespace',
      ],
    ],
    [
      'security3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              securityContext: { seccompProfile: { type: '' }, appArmorProfile: { type: '' }, windowsOptions: { runAsUserName: '' } },
            },
          ],
        },
      },
      [
        'spec.containers[0].securityContext.seccompProfile.type: Required value: type is required when seccompProfile is set',
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "": runAsUserName cannot be an empty string',
        'spec.containers[0].securityContext.appArmorProfile.type: Required value: type is required when appArmorProfile is set',
      ],
    ],
    [
      'security4',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              securityContext: {
                seccompProfile: { type: 'X' },
                appArmorProfile: { type: 'Localhost' },
                windowsOptions: { runAsUserName: 'dom/x\\us"er' },
              },
            },
          ],
        },
      },
      [
        'spec.containers[0].securityContext.seccompProfile.type: Unsupported value: "X": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "dom/x\\\\us\\"er": runAsUserName\'s Domain doesn\'t match the NetBios nor the DNS format',
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "dom/x\\\\us\\"er": runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]',
        'spec.containers[0].securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost',
      ],
    ],
    [
      'security5',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              securityContext: {
                seccompProfile: { type: 'Localhost', localhostProfile: '/abs/../x' },
                appArmorProfile: { type: 'Unconfined', localhostProfile: 'x' },
                windowsOptions: { runAsUserName: '...' },
              },
            },
          ],
        },
      },
      [
        'spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: "/abs/../x": must be a relative path',
        'spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: "/abs/../x": must not contain \'..\'',
        'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "...": runAsUserName\'s User cannot contain only periods or spaces',
        'spec.containers[0].securityContext.appArmorProfile.localhostProfile: Invalid value: "x": can only be set when AppArmor type is Localhost',
      ],
    ],
    [
      'pod security',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          hostPID: true,
          shareProcessNamespace: true,
          securityContext: {
            runAsUser: -1,
            runAsGroup: -2,
            fsGroup: -3,
            supplementalGroups: [1, -1],
            sysctls: [
              { name: '', value: '' },
              { name: 'a..b', value: 'x' },
              { name: 'net.a', value: '1' },
              { name: 'net.a', value: '2' },
              { name: 'UPPER', value: '1' },
            ],
            fsGroupChangePolicy: 'X',
            supplementalGroupsPolicy: 'X',
            seLinuxChangePolicy: 'MountOption',
            seccompProfile: { type: 'x' },
          },
        },
      },
      [
        'spec.securityContext.fsGroup: Invalid value: -3: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.runAsGroup: Invalid value: -2: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.supplementalGroups[1]: Invalid value: -1: must be between 0 and 2147483647, inclusive',
        'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
        'spec.securityContext.sysctls[0].name: Required value',
        'spec.securityContext.sysctls[1].name: Invalid value: "a..b": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        'spec.securityContext.sysctls[3].name: Duplicate value: "net.a"',
        'spec.securityContext.sysctls[4].name: Invalid value: "UPPER": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
        'spec.securityContext.fsGroupChangePolicy: Unsupported value: "X": supported values: "Always", "OnRootMismatch"',
        'spec.securityContext.seccompProfile.type: Unsupported value: "x": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
        'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "X": supported values: "Merge", "Strict"',
        'spec.securityContext.seLinuxChangePolicy: Unsupported value: "MountOption": supported values: "Recursive"',
      ],
    ],
    [
      'host sysctls',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          hostNetwork: true,
          hostIPC: true,
          securityContext: {
            sysctls: [
              { name: 'net.core.somaxconn', value: '1' },
              { name: 'net/core/somaxconn', value: '1' },
              { name: 'kernel.shmmax', value: '1' },
              { name: 'fs.mqueue.x', value: '1' },
              { name: 'kernel.ok', value: '1' },
            ],
          },
        },
      },
      [
        'spec.securityContext.sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when \'hostNetwork\' is true',
        'spec.securityContext.sysctls[1].name: Invalid value: "net/core/somaxconn": may not be specified when \'hostNetwork\' is true',
        'spec.securityContext.sysctls[2].name: Invalid value: "kernel.shmmax": may not be specified when \'hostIPC\' is true',
        'spec.securityContext.sysctls[3].name: Invalid value: "fs.mqueue.x": may not be specified when \'hostIPC\' is true',
      ],
    ],
    [
      'hostUsers',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'c', image: 'i', securityContext: { procMount: 'Unmasked' }, volumeDevices: [{ name: 'p', devicePath: '/x' }] },
          ],
          hostUsers: false,
          hostNetwork: true,
          hostPID: true,
          hostIPC: true,
          volumes: [{ name: 'p', persistentVolumeClaim: { claimName: 'x' } }],
        },
      },
      [
        'spec.hostNetwork: Forbidden: when `hostUsers` is false',
        'spec.HostPID: Forbidden: when `hostUsers` is false',
        'spec.HostIPC: Forbidden: when `hostUsers` is false',
        'spec.containers[0].volumeDevices: Forbidden: when `hostUsers` is false',
      ],
    ],
    [
      'windows',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              securityContext: {
                privileged: false,
                runAsUser: 1,
                capabilities: {},
                procMount: 'Default',
                readOnlyRootFilesystem: true,
                allowPrivilegeEscalation: true,
              },
            },
          ],
          os: { name: 'windows' },
          hostPID: true,
          hostUsers: true,
          shareProcessNamespace: false,
          securityContext: {
            runAsUser: 1,
            fsGroup: 1,
            sysctls: [{ name: 'a.b', value: '1' }],
            seccompProfile: { type: 'Unconfined' },
            seLinuxOptions: {},
            appArmorProfile: { type: 'Unconfined' },
            supplementalGroups: [1],
            seLinuxChangePolicy: 'Recursive',
          },
          resources: { limits: { cpu: '1' } },
        },
      },
      [
        'spec.resources: Forbidden: may not be set for a windows pod',
        'spec.securityContext.appArmorProfile: Forbidden: cannot be set for a windows pod',
        'spec.securityContext.seLinuxOptions: Forbidden: cannot be set for a windows pod',
        'spec.hostUsers: Forbidden: cannot be set for a windows pod',
        'spec.hostPID: Forbidden: cannot be set for a windows pod',
        'spec.securityContext.seccompProfile: Forbidden: cannot be set for a windows pod',
        'spec.securityContext.fsGroup: Forbidden: cannot be set for a windows pod',
        'spec.securityContext.sysctls: Forbidden: cannot be set for a windows pod',
        'spec.shareProcessNamespace: Forbidden: cannot be set for a windows pod',
        'spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
        'spec.securityContext.supplementalGroups: Forbidden: cannot be set for a windows pod',
        'spec.securityContext.seLinuxChangePolicy: Forbidden: cannot be set for a windows pod',
        'spec.containers[0].securityContext.capabilities: Forbidden: cannot be set for a windows pod',
        'spec.containers[0].securityContext.readOnlyRootFilesystem: Forbidden: cannot be set for a windows pod',
        'spec.containers[0].securityContext.privileged: Forbidden: cannot be set for a windows pod',
        'spec.containers[0].securityContext.allowPrivilegeEscalation: Forbidden: cannot be set for a windows pod',
        'spec.containers[0].securityContext.procMount: Forbidden: cannot be set for a windows pod',
        'spec.containers[0].securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
      ],
    ],
    [
      'linux',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', securityContext: { windowsOptions: { hostProcess: false } } }],
          os: { name: 'linux' },
          securityContext: { windowsOptions: {} },
        },
      },
      [
        'spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
        'spec.containers[0].securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
      ],
    ],
    [
      'os',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], os: { name: 'mac' } } },
      ['spec.os: Unsupported value: "mac": supported values: "linux", "windows"'],
    ],
    [
      'os empty',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], os: { name: '' } } },
      ['spec.os.name: Required value'],
    ],
    [
      'hostProcess',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            { name: 'c', image: 'i', securityContext: { windowsOptions: { hostProcess: false } } },
            { name: 'd', image: 'i' },
          ],
          securityContext: { windowsOptions: { hostProcess: true } },
        },
      },
      [
        'spec.containers[0].securityContext.windowsOptions.hostProcess: Invalid value: false: pod hostProcess value must be identical if both are specified, was true',
        'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers',
        'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
      ],
    ],
    [
      'tolerations',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          tolerations: [
            { key: 'a b', operator: 'Exists' },
            { operator: 'Equal' },
            { key: 'a', operator: 'Exists', value: 'x' },
            { key: 'a', value: 'a b' },
            { key: 'a', operator: 'Lt', value: '1' },
            { key: 'a', operator: 'Q' },
            { key: 'a', effect: 'X' },
            { key: 'a', tolerationSeconds: 1 },
            { operator: 'Exists' },
          ],
        },
      },
      [
        `spec.tolerations[0].key: Invalid value: "a b": ${NAME_PART}`,
        'spec.tolerations[1].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
        'spec.tolerations[2].operator: Invalid value: "x": value must be empty when `operator` is \'Exists\'',
        `spec.tolerations[3].operator: Invalid value: "a b": ${LABEL_VALUE}`,
        'spec.tolerations[4].operator: Unsupported value: "Lt": supported values: "Equal", "Exists", "Lt", "Gt"',
        'spec.tolerations[5].operator: Unsupported value: "Q": supported values: "Equal", "Exists"',
        'spec.tolerations[6].effect: Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
        'spec.tolerations[7].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      ],
    ],
    [
      'affinity none',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
        },
      },
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
      ],
    ],
    [
      'affinity merge',
      {
        metadata: { labels: { x: '1', y: '2' } },
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: 'a', labelSelector: {}, matchLabelKeys: ['x'], mismatchLabelKeys: ['y', 'z'] },
              ],
            },
          },
        },
      },
      [],
    ],
    [
      'affinity warnings',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          nodeSelector: { 'beta.kubernetes.io/os': 'x' },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'Exists' }] }],
              },
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 1, preference: { matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'In', values: ['a b'] }] } },
              ],
            },
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }],
              preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'a' } }],
            },
          },
          topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'beta.kubernetes.io/os', whenUnsatisfiable: 'DoNotSchedule' }],
        },
      },
      [],
    ],
    [
      'dns',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], dnsPolicy: 'X' } },
      ['spec.dnsPolicy: Unsupported value: "X": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"'],
    ],
    [
      'dns none',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], dnsPolicy: 'None' } },
      ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ],
    [
      'dns none2',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], dnsPolicy: 'None', dnsConfig: {} } },
      ['spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
    ],
    [
      'dnsConfig',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          dnsConfig: {
            nameservers: ['1.2.3', '010.1.1.1', '::ffff:1.2.3.4', 'fe80::1', '2001:DB8::1'],
            searches: ['.', 'a_b.c', '_x', '-a', 'A', 'a.'],
            options: [{ name: '' }, { name: 'x' }],
          },
        },
      },
      [
        'spec.dnsConfig.nameservers: Invalid value: ["1.2.3","010.1.1.1","::ffff:1.2.3.4","fe80::1","2001:DB8::1"]: must not have more than 3 nameservers',
        'spec.dnsConfig.nameservers[0]: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'spec.dnsConfig.nameservers[1]: Invalid value: "010.1.1.1": must not have leading 0s',
        'spec.dnsConfig.nameservers[2]: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address',
        "spec.dnsConfig.searches[3]: Invalid value: \"-a\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')",
        "spec.dnsConfig.searches[4]: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')",
        'spec.dnsConfig.options[0]: Required value: must not be empty',
      ],
    ],
    [
      'dnsConfig ok',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          dnsConfig: { nameservers: ['1.2.3.4', '2001:DB8:0:0::1'] },
        },
      },
      [],
    ],
    [
      'many searches',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          dnsConfig: {
            searches: [
              's0',
              's1',
              's2',
              's3',
              's4',
              's5',
              's6',
              's7',
              's8',
              's9',
              's10',
              's11',
              's12',
              's13',
              's14',
              's15',
              's16',
              's17',
              's18',
              's19',
              's20',
              's21',
              's22',
              's23',
              's24',
              's25',
              's26',
              's27',
              's28',
              's29',
              's30',
              's31',
              's32',
            ],
          },
        },
      },
      [
        'spec.dnsConfig.searches: Invalid value: ["s0","s1","s2","s3","s4","s5","s6","s7","s8","s9","s10","s11","s12","s13","s14","s15","s16","s17","s18","s19","s20","s21","s22","s23","s24","s25","s26","s27","s28","s29","s30","s31","s32"]: must not have more than 32 search paths',
      ],
    ],
    [
      'hostAliases',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          hostAliases: [{ ip: 'x', hostnames: ['A'] }, { ip: '1.1.1.1' }, { ip: '1.1.1.1' }],
        },
      },
      [
        'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        `spec.hostAliases[0].hostnames[0]: Invalid value: "A": ${SUBDOMAIN}`,
      ],
    ],
    [
      'hostAliases warn',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          hostAliases: [
            { ip: '1.1.1.1', hostnames: ['a'] },
            { ip: '1.1.1.1', hostnames: ['b'] },
          ],
        },
      },
      [],
    ],
    [
      'gates',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          readinessGates: [{ conditionType: 'a b' }],
          schedulingGates: [{ name: 'a/b' }, { name: 'a/b' }, { name: 'a b' }],
          nodeName: 'x',
        },
      },
      [
        `spec.readinessGates[0].conditionType: Invalid value: "a b": ${NAME_PART}`,
        'spec.schedulingGates[1]: Duplicate value: "a/b"',
        `spec.schedulingGates[2]: Invalid value: "a b": ${NAME_PART}`,
        'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
      ],
    ],
    [
      'gated',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], schedulingGates: [{ name: 'a/b' }] } },
      [],
    ],
    [
      'deadline',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], activeDeadlineSeconds: 2147483648 } },
      ['spec.activeDeadlineSeconds: Invalid value: 2147483648: must be between 1 and 2147483647, inclusive'],
    ],
    [
      'restart',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Sometimes' } },
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      'nodeSelector',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], nodeSelector: { 'a b': 'c d' } } },
      [`spec.nodeSelector: Invalid value: "a b": ${NAME_PART}`, `spec.nodeSelector: Invalid value: "c d": ${LABEL_VALUE}`],
    ],
    [
      'hostnameOverride',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          hostnameOverride: 'A',
          setHostnameAsFQDN: true,
          hostNetwork: true,
        },
      },
      [
        'spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true',
        'spec.hostnameOverride: Forbidden: may not be specified when hostNetwork is true',
        `spec.hostnameOverride: Invalid value: "A": ${SUBDOMAIN}`,
      ],
    ],
    [
      'hostnameOverride long',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], hostnameOverride: 'a'.repeat(65) } },
      ['spec.hostnameOverride: Too long: may not be more than 64 bytes'],
    ],
    [
      'pullSecrets',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          imagePullSecrets: [{ name: '' }, { name: 'a' }, { name: 'a' }],
        },
      },
      [],
    ],
    [
      'grace',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: -5 } },
      [],
    ],
    [
      'init',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          initContainers: [
            { name: 'c', image: 'i' },
            {
              name: 'a',
              image: 'i',
              livenessProbe: { exec: { command: ['x'] } },
              lifecycle: {},
              restartPolicy: 'Never',
              resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }],
            },
            {
              name: 's',
              image: 'i',
              restartPolicy: 'Always',
              livenessProbe: {},
              lifecycle: { preStop: { sleep: { seconds: 31 } } },
              ports: [
                { containerPort: 1, hostPort: 1 },
                { containerPort: 2, hostPort: 1 },
              ],
            },
            { name: 't', image: 'i', restartPolicy: 'X' },
            { name: 'u', image: 'i', restartPolicyRules: [{ action: 'Restart' }] },
          ],
        },
      },
      [
        'spec.initContainers[0].name: Duplicate value: "c"',
        'spec.initContainers[1].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
        'spec.initContainers[1].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
        'spec.initContainers[1].resizePolicy[0].restartPolicy: Invalid value: "RestartContainer": must not be set to \'RestartContainer\' for non-sidecar initContainers',
        'spec.initContainers[0].ports[1].hostPort: Duplicate value: "TCP//1"',
        'spec.initContainers[2].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
        'spec.initContainers[2].livenessProbe: Required value: must specify a handler type',
        'spec.initContainers[3].restartPolicy: Unsupported value: "X": supported values: "Always", "Never", "OnFailure"',
        'spec.initContainers[4].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
      ],
    ],
    [
      'restart rules',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              restartPolicy: 'Never',
              restartPolicyRules: [
                { action: 'X' },
                { action: 'Restart', exitCodes: { operator: 'Q', values: [1] } },
                { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "X": supported values: "Restart", "RestartAllContainers"',
        'spec.containers[0].restartPolicyRules[0].exitCodes: Required value: must be specified',
        'spec.containers[0].restartPolicyRules[1].exitCodes.operator: Unsupported value: "Q": supported values: "In", "NotIn"',
      ],
    ],
    [
      'restart rules no policy',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] }],
        },
      },
      ['spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used'],
    ],
    [
      'restart rules many',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              restartPolicy: 'Never',
              restartPolicyRules: [
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
                { action: 'Restart', exitCodes: { operator: 'In', values: [1] } },
              ],
            },
          ],
        },
      },
      ['spec.containers[0].restartPolicyRules: Too many: 21: must have at most 20 items'],
    ],
    [
      'ephemeral',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          ephemeralContainers: [
            {
              name: 'c',
              image: ' i',
              targetContainerName: 'x',
              ports: [{ containerPort: 1 }],
              livenessProbe: { exec: { command: ['a'] } },
              resources: { limits: { cpu: '1' } },
              volumeMounts: [{ name: 'v', mountPath: '/x', subPath: 'a', subPathExpr: 'b' }],
            },
          ],
        },
      },
      [
        'spec.ephemeralContainers[0].volumeMounts[0].name: Not found: "v"',
        'spec.ephemeralContainers[0].volumeMounts[0].subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive',
        'spec.ephemeralContainers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
        'spec.ephemeralContainers[0].name: Duplicate value: "c"',
        'spec.ephemeralContainers[0].targetContainerName: Not found: "x"',
        'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].livenessProbe: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers[0].volumeMounts[0].subPathExpr: Forbidden: cannot be set for an Ephemeral Container',
        'spec.ephemeralContainers: Forbidden: cannot be set on create',
      ],
    ],
    [
      'annotations2',
      {
        metadata: {
          annotations: {
            'controller.kubernetes.io/pod-deletion-cost': '2147483648',
            'scheduler.alpha.kubernetes.io/critical-pod': '',
            'security.alpha.kubernetes.io/sysctls': '',
            'seccomp.security.alpha.kubernetes.io/pod': 'localhost/../x',
          },
        },
        spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] },
      },
      [
        'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "2147483648": must be a 32bit integer',
        'metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "../x": must not contain \'..\'',
      ],
    ],
    [
      'annotations3',
      {
        metadata: {
          annotations: {
            'scheduler.alpha.kubernetes.io/critical-pod': '',
            'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
            'container.seccomp.security.alpha.kubernetes.io/c': 'runtime/default',
            'container.apparmor.security.beta.kubernetes.io/c': 'localhost/x',
          },
        },
        spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] },
      },
      [],
    ],
    [
      'annotations4',
      {
        metadata: {
          annotations: {
            'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
            'container.seccomp.security.alpha.kubernetes.io/c': 'localhost/b',
            'container.apparmor.security.beta.kubernetes.io/c': 'localhost/x',
          },
        },
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'a' } } }],
          securityContext: { seccompProfile: { type: 'RuntimeDefault' }, appArmorProfile: { type: 'Localhost', localhostProfile: 'y' } },
        },
      },
      [
        'spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match',
        'spec.containers[0].securityContext.seccompProfile.localhostProfile: Forbidden: seccomp profile in annotation and field must match',
      ],
    ],
    [
      'dotted name',
      { metadata: { name: 'a.b' }, spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] } },
      [],
    ],
    [
      'dup ports warn',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'a',
              image: 'i',
              ports: [{ name: 'x', containerPort: 80 }, { containerPort: 80 }, { containerPort: 81, hostIP: '1.1.1.1' }],
            },
            {
              name: 'b',
              image: 'i',
              ports: [
                { name: 'x', containerPort: 80, hostPort: 8080 },
                { containerPort: 9, hostPort: 9, hostIP: '1.1.1.1' },
                { containerPort: 9, hostPort: 9 },
              ],
            },
          ],
        },
      },
      [],
    ],
    ['pvc annotation', { metadata: {}, spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] } }, []],
    ['vol none', { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v' }] } }, []],
    [
      'vol two',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }],
        },
      },
      ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'vol hostPath',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', hostPath: {} }] } },
      ['spec.volumes[0].hostPath.path: Required value'],
    ],
    [
      'vol hostPath2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', hostPath: { path: '/../x', type: 'X' } }],
        },
      },
      [
        'spec.volumes[0].hostPath.path: Invalid value: "/../x": must not contain \'..\'',
        'spec.volumes[0].hostPath.type: Unsupported value: "X": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
      ],
    ],
    [
      'vol gitRepo',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', gitRepo: { directory: '/../x' } }],
        },
      },
      [
        'spec.volumes[0].gitRepo.repository: Required value',
        'spec.volumes[0].gitRepo.directory: Invalid value: "/../x": must be a relative path',
        'spec.volumes[0].gitRepo.directory: Invalid value: "/../x": must not contain \'..\'',
      ],
    ],
    [
      'vol gce',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', gcePersistentDisk: { partition: 256 } }],
        },
      },
      [
        'spec.volumes[0].persistentDisk.pdName: Required value',
        'spec.volumes[0].persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive',
      ],
    ],
    [
      'vol aws',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', awsElasticBlockStore: { partition: -1 } }],
        },
      },
      [
        'spec.volumes[0].awsElasticBlockStore.volumeID: Required value',
        'spec.volumes[0].awsElasticBlockStore.partition: Invalid value: -1: must be between 1 and 255, inclusive',
      ],
    ],
    [
      'vol secret',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              secret: {
                defaultMode: 512,
                items: [
                  { key: '', path: '' },
                  { key: 'a', path: '/..a', mode: -1 },
                  { key: 'a', path: '..a' },
                ],
              },
            },
          ],
        },
      },
      [
        'spec.volumes[0].secret.secretName: Required value',
        'spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].secret.items[0].key: Required value',
        'spec.volumes[0].secret.items[0].path: Required value',
        'spec.volumes[0].secret.items[1].path: Invalid value: "/..a": must be a relative path',
        'spec.volumes[0].secret.items[1].mode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].secret.items[2].path: Invalid value: "..a": must not start with \'..\'',
      ],
    ],
    [
      'vol configMap',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', configMap: { defaultMode: -1, items: [{ key: 'a', path: '../x' }] } }],
        },
      },
      [
        'spec.volumes[0].configMap.name: Required value',
        'spec.volumes[0].configMap.defaultMode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].configMap.items[0].path: Invalid value: "../x": must not contain \'..\'',
      ],
    ],
    [
      'vol nfs',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', nfs: {} }] } },
      [
        'spec.volumes[0].nfs.server: Required value',
        'spec.volumes[0].nfs.path: Required value',
        'spec.volumes[0].nfs.path: Invalid value: "": must be an absolute path',
      ],
    ],
    [
      'vol nfs2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', nfs: { server: 'a', path: 'x' } }],
        },
      },
      ['spec.volumes[0].nfs.path: Invalid value: "x": must be an absolute path'],
    ],
    [
      'vol iscsi',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', iscsi: { targetPortal: '', iqn: 'x', lun: 256, chapAuthDiscovery: true, initiatorName: 'iqn.bad' } }],
        },
      },
      [
        'spec.volumes[0].iscsi.targetPortal: Required value',
        'spec.volumes[0].iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa',
        'spec.volumes[0].iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
        'spec.volumes[0].iscsi.secretRef: Required value',
        'spec.volumes[0].iscsi.initiatorname: Invalid value: "iqn.bad": must be valid format',
      ],
    ],
    [
      'vol iscsi2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              iscsi: {
                targetPortal: 'p'.repeat(70),
                iqn: 'iqn.2001-04.com.example:storage',
                lun: 0,
                initiatorName: 'iqn.2001-04.com.example:storage',
              },
            },
          ],
        },
      },
      [
        'spec.volumes[0].name: Invalid value: "v": Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
      ],
    ],
    [
      'vol glusterfs',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', glusterfs: {} }] } },
      ['spec.volumes[0].glusterfs.endpoints: Required value', 'spec.volumes[0].glusterfs.path: Required value'],
    ],
    [
      'vol flocker',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', flocker: {} }] } },
      ['spec.volumes[0].flocker: Required value: one of datasetName and datasetUUID is required'],
    ],
    [
      'vol flocker2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', flocker: { datasetName: 'a/b', datasetUUID: 'x' } }],
        },
      },
      [
        'spec.volumes[0].flocker: Invalid value: "resource": datasetName and datasetUUID can not be specified simultaneously',
        'spec.volumes[0].flocker.datasetName: Invalid value: "a/b": must not contain \'/\'',
      ],
    ],
    [
      'vol pvc',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', persistentVolumeClaim: {} }],
        },
      },
      ['spec.volumes[0].persistentVolumeClaim.claimName: Required value'],
    ],
    [
      'vol rbd',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', rbd: {} }] } },
      ['spec.volumes[0].rbd.monitors: Required value', 'spec.volumes[0].rbd.image: Required value'],
    ],
    [
      'vol rbdok',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', rbd: { monitors: ['a'], image: 'x' } }],
        },
      },
      [],
    ],
    [
      'vol cinder',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', cinder: { secretRef: {} } }],
        },
      },
      ['spec.volumes[0].cinder.volumeID: Required value', 'spec.volumes[0].cinder.secretRef.name: Required value'],
    ],
    [
      'vol cephfs',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', cephfs: {} }] } },
      ['spec.volumes[0].cephfs.monitors: Required value'],
    ],
    [
      'vol quobyte',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', quobyte: { registry: 'a,b:1' } }],
        },
      },
      [
        'spec.volumes[0].quobyte.registry: Invalid value: "a,b:1": must be a host:port pair or multiple pairs separated by commas',
        'spec.volumes[0].quobyte.volume: Required value',
      ],
    ],
    [
      'vol quobyte2',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', quobyte: {} }] } },
      [
        'spec.volumes[0].quobyte.registry: Required value: must be a host:port pair or multiple pairs separated by commas',
        'spec.volumes[0].quobyte.volume: Required value',
      ],
    ],
    [
      'vol downward',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              downwardAPI: {
                defaultMode: 1000,
                items: [
                  { path: '', fieldRef: { fieldPath: 'metadata.name' }, resourceFieldRef: { resource: 'limits.cpu' } },
                  { path: '/x' },
                  { path: 'x', resourceFieldRef: { resource: 'limits.cpu' } },
                  { path: 'y', fieldRef: { fieldPath: 'spec.nodeName' }, mode: 1000 },
                ],
              },
            },
          ],
        },
      },
      [
        'spec.volumes[0].downwardAPI.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].downwardAPI.path: Required value',
        'spec.volumes[0].downwardAPI: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously',
        'spec.volumes[0].downwardAPI.path: Invalid value: "/x": must be a relative path',
        'spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
        'spec.volumes[0].downwardAPI.resourceFieldRef.containerName: Required value',
        'spec.volumes[0].downwardAPI.fieldRef.fieldPath: Unsupported value: "spec.nodeName": supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"',
        'spec.volumes[0].downwardAPI.mode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
      ],
    ],
    [
      'vol fc',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', fc: {} }] } },
      ['spec.volumes[0].fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both'],
    ],
    [
      'vol fc2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', fc: { targetWWNs: ['a'], wwids: ['b'] } }],
        },
      },
      [
        'spec.volumes[0].fc.targetWWNs: Invalid value: ["a"]: targetWWNs and wwids can not be specified simultaneously',
        'spec.volumes[0].fc.lun: Required value: lun is required if targetWWNs is specified',
      ],
    ],
    [
      'vol fc3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', fc: { targetWWNs: ['a'], lun: 300 } }],
        },
      },
      ['spec.volumes[0].fc.lun: Invalid value: 300: must be between 0 and 255, inclusive'],
    ],
    [
      'vol azureFile',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', azureFile: {} }] } },
      ['spec.volumes[0].azureFile.secretName: Required value', 'spec.volumes[0].azureFile.shareName: Required value'],
    ],
    [
      'vol vsphere',
      {
        spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', vsphereVolume: {} }] },
      },
      ['spec.volumes[0].vsphereVolume.volumePath: Required value'],
    ],
    [
      'vol photon',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', photonPersistentDisk: {} }],
        },
      },
      ['spec.volumes[0].photonPersistentDisk.pdID: Required value'],
    ],
    [
      'vol photonok',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', photonPersistentDisk: { pdID: 'a' } }],
        },
      },
      [],
    ],
    [
      'vol portworx',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', portworxVolume: {} }],
        },
      },
      ['spec.volumes[0].portworxVolume.volumeID: Required value'],
    ],
    [
      'vol azureDisk',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', azureDisk: { diskName: '', diskURI: 'x', cachingMode: 'X', kind: 'Y' } }],
        },
      },
      [
        'spec.volumes[0].azureDisk.diskName: Required value',
        'spec.volumes[0].azureDisk.cachingMode: Unsupported value: "X": supported values: "None", "ReadOnly", "ReadWrite"',
        'spec.volumes[0].azureDisk.kind: Unsupported value: "Y": supported values: "Dedicated", "Managed", "Shared"',
        'spec.volumes[0].azureDisk.diskURI: Unsupported value: "x": supported values: "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"',
      ],
    ],
    [
      'vol azureDisk2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', azureDisk: { diskName: 'a', diskURI: 'x', kind: 'Managed' } }],
        },
      },
      [
        'spec.volumes[0].azureDisk.diskURI: Unsupported value: "x": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"',
      ],
    ],
    [
      'vol azureDisk3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', azureDisk: { diskName: 'a', diskURI: 'https://x' } }],
        },
      },
      [],
    ],
    [
      'vol storageos',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', storageos: { volumeNamespace: 'A', secretRef: {} } }],
        },
      },
      [
        'spec.volumes[0].storageos.volumeName: Required value',
        `spec.volumes[0].storageos.volumeNamespace: Invalid value: "A": ${LABEL}`,
        'spec.volumes[0].storageos.secretRef.name: Required value',
      ],
    ],
    [
      'vol scaleIO',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', scaleIO: {} }] } },
      [
        'spec.volumes[0].scaleIO.gateway: Required value',
        'spec.volumes[0].scaleIO.system: Required value',
        'spec.volumes[0].scaleIO.volumeName: Required value',
      ],
    ],
    [
      'vol csi',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', csi: { driver: '', nodePublishSecretRef: {} } }],
        },
      },
      ['spec.volumes[0].csi.driver: Required value', 'spec.volumes[0].csi.nodePublishSecretRef.name: Required value'],
    ],
    [
      'vol csi2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', csi: { driver: 'a b', nodePublishSecretRef: { name: 'A' } } }],
        },
      },
      [`spec.volumes[0].csi.driver: Invalid value: "a b": ${SUBDOMAIN}`, `spec.volumes[0].csi.name: Invalid value: "A": ${SUBDOMAIN}`],
    ],
    [
      'vol csi3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', csi: { driver: 'a'.repeat(64) } }],
        },
      },
      ['spec.volumes[0].csi.driver: Too long: may not be more than 63 bytes'],
    ],
    [
      'vol ephemeral',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', ephemeral: {} }] } },
      ['spec.volumes[0].ephemeral.volumeClaimTemplate: Required value'],
    ],
    [
      'vol ephemeral2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              ephemeral: {
                volumeClaimTemplate: {
                  metadata: { name: 'x', labels: { 'a b': 'c' } },
                  spec: {
                    accessModes: ['X', 'ReadWriteOncePod', 'ReadWriteOnce'],
                    storageClassName: 'A',
                    volumeMode: 'X',
                    dataSource: { name: '', kind: 'x' },
                    selector: { matchLabels: { 'a b': '' } },
                  },
                },
              },
            },
          ],
        },
      },
      [
        `spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.labels: Invalid value: "a b": ${NAME_PART}`,
        'spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
        `spec.volumes[0].ephemeral.volumeClaimTemplate.spec.selector.matchLabels: Invalid value: "a b": ${NAME_PART}`,
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Unsupported value: "X": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
        `spec.volumes[0].ephemeral.volumeClaimTemplate.spec.storageClassName: Invalid value: "A": ${SUBDOMAIN}`,
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.volumeMode: Unsupported value: "X": supported values: "Block", "Filesystem"',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.dataSource.name: Required value',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.dataSource: Invalid value: "x": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
      ],
    ],
    [
      'vol ephemeral3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              ephemeral: {
                volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } } },
              },
            },
          ],
        },
      },
      [],
    ],
    [
      'vol ephemeral4',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              ephemeral: {
                volumeClaimTemplate: {
                  spec: {
                    resources: { requests: { storage: '0' } },
                    dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
                    dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'b' },
                  },
                },
              },
            },
          ],
        },
      },
      [
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Invalid value: "0": must be greater than zero',
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec: Invalid value: {}: must match dataSourceRef',
      ],
    ],
    [
      'vol image',
      { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', image: {} }] } },
      ['spec.volumes[0].image.reference: Required value'],
    ],
    [
      'vol image2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', image: { reference: 'x:latest' } }],
        },
      },
      [],
    ],
    [
      'vol image3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', image: { reference: 'x:1', pullPolicy: 'X' } }],
        },
      },
      ['spec.volumes[0].image.pullPolicy: Unsupported value: "X": supported values: "Always", "IfNotPresent", "Never"'],
    ],
    [
      'vol emptyneg',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', emptyDir: { sizeLimit: '-1' } }],
        },
      },
      ['spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity'],
    ],
    [
      'vol projected',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              projected: {
                defaultMode: 1000,
                sources: [
                  {},
                  { secret: { items: [{ key: 'a', path: 'p' }] }, configMap: { name: 'x', items: [{ key: 'a', path: 'p' }] } },
                  { serviceAccountToken: { expirationSeconds: 1, path: '' } },
                  { serviceAccountToken: { expirationSeconds: 4294967297, path: '../x' } },
                  { downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
                ],
              },
            },
          ],
        },
      },
      [
        'spec.volumes[0].projected.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
        'spec.volumes[0].projected.sources[1].secret.name: Required value',
        'spec.volumes[0].projected: Invalid value: "x": conflicting duplicate paths',
        'spec.volumes[0].projected.sources[1]: Forbidden: may not specify more than 1 volume type per source',
        'spec.volumes[0].projected.sources[2].serviceAccountToken.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
        'spec.volumes[0].projected.path: Required value',
        'spec.volumes[0].projected.sources[3].serviceAccountToken.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
        'spec.volumes[0].projected.path: Invalid value: "../x": must not contain \'..\'',
        'spec.volumes[0].projected: Invalid value: "p": conflicting duplicate paths',
      ],
    ],
    [
      'vol overlap',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              configMap: {
                name: 'x',
                items: [
                  { key: 'a', path: 'a' },
                  { key: 'b', path: 'a/b' },
                  { key: 'c', path: 'a' },
                ],
              },
            },
          ],
        },
      },
      [],
    ],
    [
      'vol overlap2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              projected: {
                sources: [
                  { configMap: { name: 'x', items: [{ key: 'a', path: 'a' }] } },
                  { secret: { name: 'y', items: [{ key: 'a', path: 'a/b' }] } },
                  { serviceAccountToken: { path: 'a/c' } },
                ],
              },
            },
          ],
        },
      },
      [],
    ],
    [
      'vol ctb',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              projected: { sources: [{ clusterTrustBundle: { name: 'a', path: 'x' } }, { podCertificate: { signerName: 'x' } }] },
            },
          ],
        },
      },
      [],
    ],
    [
      'vol names',
      {
        metadata: { name: 'pvc-pod' },
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            { name: '' },
            { name: 'A' },
            { name: 'a' },
            { name: 'a' },
            {
              name: 'e',
              ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } } } },
            },
            { name: 'p', persistentVolumeClaim: { claimName: 'pvc-pod-e' } },
          ],
        },
      },
      [
        'spec.volumes[0].name: Required value',
        `spec.volumes[1].name: Invalid value: "A": ${LABEL}`,
        'spec.volumes[3].name: Duplicate value: "a"',
        'spec.volumes[5].persistentVolumeClaim.claimName: Invalid value: "pvc-pod-e": must not reference a PVC that gets created for an ephemeral volume',
      ],
    ],
  ],
);

testWarnings(
  ['', 'Pod'],
  [
    [
      'dup env warnings',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'c',
              image: 'i',
              env: [
                { name: 'A', value: '1' },
                { name: 'A', value: '2' },
                { name: 'B', value: '1' },
                { name: 'B', value: '$(B)2' },
                { name: 'C', value: '1' },
                { name: 'C', value: '$(C)' },
                { name: 'D', value: '1' },
                { name: 'D', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
        'spec.containers[0].env[5]: hides previous definition of "C", which may be dropped when using apply',
        'spec.containers[0].env[7]: hides previous definition of "D", which may be dropped when using apply',
      ],
    ],
    [
      'fractional bytes',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i', resources: { limits: { memory: '100m', 'ephemeral-storage': '1500m' } } }],
        },
      },
      [
        'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
        'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
        'spec.containers[0].resources.limits[ephemeral-storage]: fractional byte value "1500m" is invalid, must be an integer',
        'spec.containers[0].resources.requests[ephemeral-storage]: fractional byte value "1500m" is invalid, must be an integer',
      ],
    ],
    [
      'affinity warnings',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          nodeSelector: { 'beta.kubernetes.io/os': 'x' },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'Exists' }] }],
              },
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 1, preference: { matchExpressions: [{ key: 'beta.kubernetes.io/os', operator: 'In', values: ['a b'] }] } },
              ],
            },
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }],
              preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'a' } }],
            },
          },
          topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'beta.kubernetes.io/os', whenUnsatisfiable: 'DoNotSchedule' }],
        },
      },
      [
        'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/arch is deprecated since v1.14; use "kubernetes.io/arch" instead',
        'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
        `spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values[0]: a b is invalid, ${LABEL_VALUE}`,
        'spec.topologySpreadConstraints[0].topologyKey: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
        'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
        'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod',
        'spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod',
      ],
    ],
    [
      'dnsConfig ok',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          dnsConfig: { nameservers: ['1.2.3.4', '2001:DB8:0:0::1'] },
        },
      },
      ['spec.dnsConfig.nameservers[1]: IPv6 address "2001:DB8:0:0::1" should be in RFC 5952 canonical format ("2001:db8::1")'],
    ],
    [
      'hostAliases warn',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          hostAliases: [
            { ip: '1.1.1.1', hostnames: ['a'] },
            { ip: '1.1.1.1', hostnames: ['b'] },
          ],
        },
      },
      ['spec.hostAliases[1].ip: duplicate ip "1.1.1.1"'],
    ],
    [
      'pullSecrets',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          imagePullSecrets: [{ name: '' }, { name: 'a' }, { name: 'a' }],
        },
      },
      ['spec.imagePullSecrets[2].name: duplicate name "a"', 'spec.imagePullSecrets[0].name: invalid empty name ""'],
    ],
    [
      'annotations3',
      {
        metadata: {
          annotations: {
            'scheduler.alpha.kubernetes.io/critical-pod': '',
            'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
            'container.seccomp.security.alpha.kubernetes.io/c': 'runtime/default',
            'container.apparmor.security.beta.kubernetes.io/c': 'localhost/x',
          },
        },
        spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] },
      },
      [
        'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
        'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
        'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
        'metadata.annotations[container.seccomp.security.alpha.kubernetes.io/c]: non-functional in v1.27+; use the "seccompProfile" field instead',
      ],
    ],
    [
      'dotted name',
      { metadata: { name: 'a.b' }, spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] } },
      [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
      ],
    ],
    [
      'dup ports warn',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'a',
              image: 'i',
              ports: [{ name: 'x', containerPort: 80 }, { containerPort: 80 }, { containerPort: 81, hostIP: '1.1.1.1' }],
            },
            {
              name: 'b',
              image: 'i',
              ports: [
                { name: 'x', containerPort: 80, hostPort: 8080 },
                { containerPort: 9, hostPort: 9, hostIP: '1.1.1.1' },
                { containerPort: 9, hostPort: 9 },
              ],
            },
          ],
        },
      },
      [
        'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
        'spec.containers[0].ports[2]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:81 Protocol:TCP HostIP:1.1.1.1}',
        'spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]',
        'spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[1]',
        'spec.containers[1].ports[2]: dangerously ambiguous port definition with spec.containers[1].ports[1]',
        'spec.containers[1].ports[0]: duplicate port name "x" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
      ],
    ],
    [
      'vol rbdok',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', rbd: { monitors: ['a'], image: 'x' } }],
        },
      },
      ['spec.volumes[0].rbd: deprecated in v1.28, non-functional in v1.31+'],
    ],
    [
      'vol photonok',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', photonPersistentDisk: { pdID: 'a' } }],
        },
      },
      ['spec.volumes[0].photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+'],
    ],
    [
      'vol ephemeral3',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              ephemeral: {
                volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } } },
              },
            },
          ],
        },
      },
      [
        'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
      ],
    ],
    [
      'vol overlap',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              configMap: {
                name: 'x',
                items: [
                  { key: 'a', path: 'a' },
                  { key: 'b', path: 'a/b' },
                  { key: 'c', path: 'a' },
                ],
              },
            },
          ],
        },
      },
      [
        'volume "v" (ConfigMap "x"): overlapping paths: "a/b" with "a"',
        'volume "v" (ConfigMap "x"): overlapping paths: "a" with "a"',
        'volume "v" (ConfigMap "x"): overlapping paths: "a" with "a/b"',
      ],
    ],
    [
      'vol overlap2',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              projected: {
                sources: [
                  { configMap: { name: 'x', items: [{ key: 'a', path: 'a' }] } },
                  { secret: { name: 'y', items: [{ key: 'a', path: 'a/b' }] } },
                  { serviceAccountToken: { path: 'a/c' } },
                ],
              },
            },
          ],
        },
      },
      [
        'volume "v" (Projected): overlapping paths: "a/b" (Secret "y") with "a" (ConfigMap "x")',
        'volume "v" (Projected): overlapping paths: "a/c" (ServiceAccountToken) with "a" (ConfigMap "x")',
      ],
    ],
    [
      'vol ctb',
      {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: 'c', image: 'i' }],
          volumes: [
            {
              name: 'v',
              projected: { sources: [{ clusterTrustBundle: { name: 'a', path: 'x' } }, { podCertificate: { signerName: 'x' } }] },
            },
          ],
        },
      },
      ['volume "v" (Projected) has no sources provided'],
    ],
  ],
);
