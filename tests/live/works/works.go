// SPDX-License-Identifier: GPL-2.0-or-later
// Go: its own threads and system calls, without the C library. Prints what it found as JSON.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Goroutines on many threads, and enough garbage that it is collected.
func sum() int {
	var group sync.WaitGroup
	results := make(chan int, 64)
	for i := 0; i < 64; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			if i < 16 {
				runtime.LockOSThread()
			}
			garbage := make([][]byte, 32)
			for j := range garbage {
				garbage[j] = make([]byte, 1<<15)
			}
			results <- i * len(garbage)
		}(i)
	}
	group.Wait()
	close(results)
	total := 0
	for result := range results {
		total += result
	}
	runtime.GC()
	return total
}

func echo(network, address string) string {
	server, err := net.Listen(network, address)
	must(err)
	defer server.Close()
	go func() {
		peer, err := server.Accept()
		must(err)
		line, err := bufio.NewReader(peer).ReadString('\n')
		must(err)
		fmt.Fprint(peer, strings.ToUpper(line))
		peer.Close()
	}()
	client, err := net.DialTimeout(network, server.Addr().String(), 10*time.Second)
	must(err)
	defer client.Close()
	fmt.Fprintln(client, "hello")
	line, err := bufio.NewReader(client).ReadString('\n')
	must(err)
	return strings.TrimSpace(line)
}

func serveHTTP() int {
	server, err := net.Listen("tcp", "localhost:0")
	must(err)
	go http.Serve(server, http.NotFoundHandler())
	answer, err := http.Get("http://" + server.Addr().String())
	must(err)
	answer.Body.Close()
	return answer.StatusCode
}

func interfaces() bool {
	all, err := net.Interfaces()
	must(err)
	for _, one := range all {
		addresses, err := one.Addrs()
		must(err)
		for _, address := range addresses {
			if one.Name == "lo" && address.String() == "127.0.0.1/8" {
				return true
			}
		}
	}
	return false
}

func ownSignal() string {
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGUSR1)
	must(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	select {
	case number := <-got:
		return number.String()
	case <-time.After(10 * time.Second):
		return "none"
	}
}

func main() {
	output, err := exec.Command("sh", "-c", "echo child").Output()
	must(err)
	who, err := user.Current()
	must(err)
	var memory runtime.MemStats
	total := sum()
	runtime.ReadMemStats(&memory)
	must(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"sum": total, "collected": memory.NumGC > 0, "tcp4": echo("tcp", "127.0.0.1:0"), "tcp6": echo("tcp", "[::1]:0"),
		"unix": echo("unix", "@works-go"), "http": serveHTTP(), "lo": interfaces(), "child": strings.TrimSpace(string(output)),
		"signal": ownSignal(), "user": who.Username,
	}))
}
