import { orderMatcher } from '../order-matcher.ts';

export const gte = orderMatcher('gte', 'at least', (value, limit) => value >= limit);
