import t from 'tap';
import { encodeV2 } from '../../openapi/v2-protobuf.js';
import { DELIMITED, ProtobufReader, VARINT } from '../../schemas/wire/protobuf-reader.js';

/** A message as a list of `tag: value`; every value that reads as a message is shown as one, others as text or number. */
type Shown = [number, string | number | Shown][];

function show(bytes: Buffer): Shown | undefined {
  const fields: Shown = [];
  try {
    const reader = new ProtobufReader(bytes);
    reader.message((tag, wireType) => {
      if (wireType === VARINT) fields.push([tag, Number(reader.int64())]);
      else if (wireType === DELIMITED) {
        const value = reader.bytes();
        const isText = /^[ -~]*$/.test(value.toString('latin1'));
        fields.push([tag, isText ? value.toString() : (show(value) ?? value.toString())]);
      } else throw new Error(`wire type ${wireType}`);
    });
  } catch {
    return undefined;
  }
  return fields;
}

t.test('a document is written as gnostic messages (R10.4)', async (t) => {
  const bytes = encodeV2({
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1' },
    paths: {
      '/a/{name}': {
        get: {
          tags: ['core_v1'],
          operationId: 'read',
          responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/A' } } },
          'x-kubernetes-action': 'get',
        },
        parameters: [
          { name: 'name', in: 'path', required: true, type: 'string', uniqueItems: true },
          { name: 'limit', in: 'query', type: 'integer', uniqueItems: true },
          { name: 'body', in: 'body', schema: { $ref: '#/definitions/A' } },
          { $ref: '#/parameters/p' },
        ],
      },
    },
    definitions: {
      A: {
        type: 'object',
        required: ['x'],
        properties: { x: { type: 'array', items: { type: 'string' } } },
        additionalProperties: true,
        'x-kubernetes-group-version-kind': [{ group: '', kind: 'A', version: 'v1' }],
      },
    },
    security: [{ BearerToken: [] }],
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
  });
  const ref = [5, [[1, '#/definitions/A']]];
  const ownType = (name: string) => [22, [[1, name]]];
  t.strictSame(show(bytes), [
    [1, '2.0'],
    [
      2,
      [
        [1, 'Kubernetes'],
        [2, 'v1'],
      ],
    ],
    [
      8,
      [
        [
          2,
          [
            [1, '/a/{name}'],
            [
              2,
              [
                [
                  2,
                  [
                    [1, 'core_v1'],
                    [5, 'read'],
                    [
                      9,
                      [
                        [
                          1,
                          [
                            [1, '200'],
                            [
                              2,
                              [
                                [
                                  1,
                                  [
                                    [1, 'OK'],
                                    [2, [[1, [[1, '#/definitions/A']]]]],
                                  ],
                                ],
                              ],
                            ],
                          ],
                        ],
                      ],
                    ],
                    [
                      13,
                      [
                        [1, 'x-kubernetes-action'],
                        [2, [[2, '"get"']]],
                      ],
                    ],
                  ],
                ],
                [
                  9,
                  [
                    [
                      1,
                      [
                        [
                          2,
                          [
                            [
                              4,
                              [
                                [4, 'name'],
                                [2, 'path'],
                                [1, 1],
                                [5, 'string'],
                                [19, 1],
                              ],
                            ],
                          ],
                        ],
                      ],
                    ],
                  ],
                ],
                [
                  9,
                  [
                    [
                      1,
                      [
                        [
                          2,
                          [
                            [
                              3,
                              [
                                [4, 'limit'],
                                [2, 'query'],
                                [6, 'integer'],
                                [20, 1],
                              ],
                            ],
                          ],
                        ],
                      ],
                    ],
                  ],
                ],
                [9, [[1, [[1, [[2, 'body'], [3, 'body'], ref]]]]]],
                [9, [[2, [[1, '#/parameters/p']]]]],
              ],
            ],
          ],
        ],
      ],
    ],
    [
      9,
      [
        [
          1,
          [
            [1, 'A'],
            [
              2,
              [
                ownType('object'),
                [19, 'x'],
                [
                  25,
                  [
                    [
                      1,
                      [
                        [1, 'x'],
                        [2, [ownType('array'), [23, [[1, [ownType('string')]]]]]],
                      ],
                    ],
                  ],
                ],
                [21, [[2, 1]]],
                [
                  31,
                  [
                    [1, 'x-kubernetes-group-version-kind'],
                    [2, [[2, '[{"group":"","kind":"A","version":"v1"}]']]],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
    [
      12,
      [
        [
          1,
          [
            [1, 'BearerToken'],
            [2, ''],
          ],
        ],
      ],
    ],
    [
      13,
      [
        [
          1,
          [
            [1, 'BearerToken'],
            [
              2,
              [
                [
                  2,
                  [
                    [1, 'apiKey'],
                    [2, 'authorization'],
                    [3, 'header'],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
  ]);
});
