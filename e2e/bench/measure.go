package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// side is one of the two paths.
type side interface {
	// send returns when WhatsApp's server has taken the text.
	send(ctx context.Context, customer, text string) error
	// ask sends a native question with one button and returns its message id.
	ask(ctx context.Context, customer string) (id string, err error)
	// tapped waits for the answer to a question.
	tapped(ctx context.Context, id string) error
	phone() string
}

const callers = 8

// result is what one run found.
type result struct {
	one, eight rates
	tap        delays
	load       string // of the machine before the run
}

// rates are sends per second, one number a round.
type rates struct{ product, bare []float64 }

// delays are of single taps.
type delays struct{ product, bare []time.Duration }

func measure(ctx context.Context, o options, w *world, product, bare side) (*result, error) {
	r := &result{}
	for _, s := range []side{product, bare} {
		// Warm: sessions with every customer exist, caches are filled.
		for _, customer := range w.customers {
			for range 3 {
				if err := s.send(ctx, customer, "warm"); err != nil {
					return nil, fmt.Errorf("warm up: %w", err)
				}
			}
		}
	}
	for round := range o.rounds {
		say("round %d of %d", round+1, o.rounds)
		order := []side{product, bare}
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, s := range order {
			one, err := rate(ctx, s, w.customers[:1], o.sends)
			if err != nil {
				return nil, err
			}
			eight, err := rate(ctx, s, w.customers, o.sends/2)
			if err != nil {
				return nil, err
			}
			taps, err := taps(ctx, w, s, o.taps)
			if err != nil {
				return nil, err
			}
			if s == product {
				r.one.product, r.eight.product = append(r.one.product, one), append(r.eight.product, eight)
				r.tap.product = append(r.tap.product, taps...)
			} else {
				r.one.bare, r.eight.bare = append(r.one.bare, one), append(r.eight.bare, eight)
				r.tap.bare = append(r.tap.bare, taps...)
			}
		}
	}
	return r, nil
}

// rate has one caller for each customer send count texts, one after the other,
// and gives all their sends per second.
func rate(ctx context.Context, s side, customers []string, count int) (float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	start := time.Now()
	for _, customer := range customers {
		all.Go(func() {
			for i := range count {
				if err := s.send(ctx, customer, fmt.Sprintf("Здравствуйте! Напоминаем о записи, сообщение %d.", i)); err != nil {
					cancel(fmt.Errorf("send: %w", err))
					return
				}
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	return float64(count*len(customers)) / took.Seconds(), context.Cause(ctx)
}

// taps measures one tap after the other, from the moment the phone is told to
// tap to the moment the answer is heard of.
func taps(ctx context.Context, w *world, s side, count int) ([]time.Duration, error) {
	out := make([]time.Duration, 0, count)
	for range count {
		id, err := s.ask(ctx, w.tapper)
		if err != nil {
			return nil, fmt.Errorf("ask: %w", err)
		}
		if err := w.shown(ctx, w.tapper, s.phone(), id); err != nil {
			return nil, err
		}
		heard := make(chan error, 1)
		go func() { heard <- s.tapped(ctx, id) }()
		start := time.Now()
		if err := w.tap(ctx, w.tapper, s.phone(), id); err != nil {
			return nil, err
		}
		if err := <-heard; err != nil {
			return nil, fmt.Errorf("wait for the tap: %w", err)
		}
		out = append(out, time.Since(start))
	}
	return out, nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// quantile gives the value that the share q of all is not above.
func quantile(v []time.Duration, q float64) time.Duration {
	v = slices.Sorted(slices.Values(v))
	return v[min(int(q*float64(len(v))), len(v)-1)]
}
