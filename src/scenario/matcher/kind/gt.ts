import { orderMatcher } from '../order-matcher.ts';

export const gt = orderMatcher('gt', 'more than', (value, limit) => value > limit);
