import { describe, expect, it } from 'vitest';
import {
  activateDropout,
  add,
  constantLike,
  dropout,
  evaluateReference,
  GraphBuilder,
  mul,
  referenceArray,
  removeDropout,
} from '#credence/graph/index';
import { classificationObjective } from '#credence/training/index';
import { mnistConvnet } from '#credence/models/index';
import { key } from '#credence/random/index';

describe('regression: mask nodes took the names of later nodes, whose readers then read the mask', () => {
  const b = new GraphBuilder('named-mul');
  const x = b.input('x', 'float32', ['N', 2]);
  const scaled = mul(dropout(x, 0.5, 'drop'), constantLike(x, 3));
  const graph = b.build({ y: add(scaled, constantLike(x, 1)) });
  const feeds = { x: referenceArray('float32', [1, 2], [1, 2]) };

  it('active', () => {
    const masked = { ...feeds, 'drop/mask': referenceArray('uint8', [1, 2], [1, 0]) };
    const values = evaluateReference(activateDropout(graph), masked);
    expect([...values.get('y')!.data]).toEqual([7, 1]);
    expect([...values.get('Mul')!.data]).toEqual([6, 0]);
  });

  it('removed', () => {
    expect([...evaluateReference(removeDropout(graph), feeds).get('y')!.data]).toEqual([4, 7]);
  });

  it('an objective can be made before its dropout is activated', () => {
    const objective = activateDropout(classificationObjective(mnistConvnet(key(1))));
    expect(objective.types.get('loss')?.shape).toEqual(['N']);
  });
});
