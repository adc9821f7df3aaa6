import { orderMatcher } from '../order-matcher.ts';

export const lte = orderMatcher('lte', 'at most', (value, limit) => value <= limit);
